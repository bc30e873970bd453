/**
 * @module
 * One iteration over a field of two figures, from the exact schedule: GPU-only, offloaded, interleaved. Each map is an
 * entry of `iterationMaps`.
 */
import type { InstancePlan, PlanInputs } from "@tandem-sim/engine";
import type { ClusterNode } from "@tandem-sim/schemas";
import { type BatchShape, decodes, playBatch, prompts } from "./batch-shape.js";
import { bundledCluster, inputsInMode, onlyInstance } from "./cluster.js";
import type { Phase } from "./scenario.js";

export const mapModes = ["gpu-only", "offload", "interleave"] as const;
export type MapMode = (typeof mapModes)[number];

/** One iteration. */
export interface MapPoint {
  row: number;
  column: number;
  /** Its latency in each mode, ms. */
  ms: Record<MapMode, number>;
  /** A of the offloaded batch, transfers included, over its D. */
  attentionToDense: number;
}

export interface IterationMap {
  name: string;
  title: string;
  /** What every point has in common. */
  about: string;
  xLabel: string;
  yLabel: string;
  columns: number[];
  /** From bottom to top. */
  rows: number[];
  /** By row, then by column. */
  points: MapPoint[][];
}

type Instances = Record<MapMode, InstancePlan>;

const bundledInputs = (mode: MapMode, phase: Phase): PlanInputs =>
  inputsInMode(
    { cluster: bundledCluster, options: {}, source: "iteration map" },
    mode,
    mode === "gpu-only" ? null : phase,
  );

/** The bundled cluster in every mode. */
function bundledInstances(phase: Phase): Instances {
  const of = (mode: MapMode): InstancePlan => onlyInstance(bundledInputs(mode, phase));
  return { "gpu-only": of("gpu-only"), offload: of("offload"), interleave: of("interleave") };
}

/** The GPU waits while attention runs elsewhere, so what it does not work is A. */
function attentionToDense(offload: InstancePlan, shape: BatchShape): number {
  const { played, table } = playBatch(offload, shape);
  return played.latencyNs / (played.coveredNs[table.graph.on.gpu] ?? Number.NaN) - 1;
}

function pointOf(instances: Instances, shape: BatchShape): Pick<MapPoint, "ms" | "attentionToDense"> {
  const ms = (mode: MapMode): number => playBatch(instances[mode], shape).played.latencyNs / 1e6;
  return {
    ms: { "gpu-only": ms("gpu-only"), offload: ms("offload"), interleave: ms("interleave") },
    attentionToDense: attentionToDense(instances.offload, shape),
  };
}

const field = (
  rows: readonly number[],
  columns: readonly number[],
  at: (row: number, column: number) => Pick<MapPoint, "ms" | "attentionToDense">,
): MapPoint[][] => rows.map((row) => columns.map((column) => ({ row, column, ...at(row, column) })));

/** Batch and context of a decode iteration. */
function batchAndContext(full: boolean): IterationMap {
  const rows = full ? [1, 4, 8, 16, 32, 64, 96, 128, 192, 256, 512] : [8, 32, 64, 128, 256];
  const columns = full ? [128, 256, 512, 1024, 2048, 4096, 8192, 16384] : [512, 1024, 2048, 4096];
  const instances = bundledInstances("decode");
  return {
    name: "batch-and-context",
    title: "A decode iteration: batch and context",
    about: "The bundled cluster: 64 channels of DDR4-PIM. Every request decodes at the same context.",
    xLabel: "context, tokens",
    yLabel: "decodes",
    rows,
    columns,
    points: field(rows, columns, (row, column) => pointOf(instances, decodes(row, column))),
  };
}

/** So many tokens as prompts of one length; of a longer prompt, its last chunk. */
const stepOf = (tokens: number, length: number): BatchShape =>
  length > tokens ? prompts(1, tokens, length - tokens) : prompts(Math.floor(tokens / length), length);

/** Length of prompts and tokens of a prefill iteration, its attention on PIM. */
function promptAndTokens(full: boolean): IterationMap {
  const rows = full ? [128, 256, 512, 1024, 2048, 4096, 8192] : [256, 512, 1024, 2048, 4096];
  const columns = full ? [16, 32, 64, 128, 256, 512, 1024, 2048, 4096] : [32, 64, 128, 256, 512, 1024, 2048];
  const instances = bundledInstances("all");
  return {
    name: "prompt-and-tokens",
    title: "A prefill iteration, phase all: length of prompts and tokens of the step",
    about:
      "The bundled cluster, prefill attention on PIM. A step is filled with prompts of one length; of a prompt longer than the step, it is the last chunk.",
    xLabel: "tokens of a prompt",
    yLabel: "tokens of the step",
    rows,
    columns,
    points: field(rows, columns, (row, column) => pointOf(instances, stepOf(row, column))),
  };
}

const GIB_PER_CHANNEL = 8;

/** Of the bundled cluster's link. */
const LINK_LATENCY_NS = 1000;

/** The same inputs on other host memory; the device stays. */
const onMemory = (inputs: PlanInputs, changes: Partial<ClusterNode["cpu_mem"]>): PlanInputs => ({
  ...inputs,
  cluster: {
    ...inputs.cluster,
    nodes: inputs.cluster.nodes.map((node) => ({ ...node, cpu_mem: { ...node.cpu_mem, ...changes } })),
  },
});

/** Bandwidths of PIM and of the link to it, under decodes whose dense layers are long enough to divide. */
function pimAndLink(full: boolean): IterationMap {
  const rows = full ? [1, 2, 4, 8, 16, 32, 64, 128, 256] : [4, 8, 16, 32, 64, 128];
  const channels = full ? [16, 32, 48, 64, 96, 128, 192, 256, 384, 512] : [32, 64, 96, 128, 192, 256];
  const shape = decodes(256, 1024);
  const gpuOnly = onlyInstance(bundledInputs("gpu-only", "decode"));
  const inputs = { offload: bundledInputs("offload", "decode"), interleave: bundledInputs("interleave", "decode") };
  const instances = (bw: number, count: number): Instances => {
    const memory = { mem_size: count * GIB_PER_CHANNEL, pim_link: { bw, latency: LINK_LATENCY_NS } };
    const of = (mode: keyof typeof inputs): InstancePlan => onlyInstance(onMemory(inputs[mode], memory));
    return { "gpu-only": gpuOnly, offload: of("offload"), interleave: of("interleave") };
  };
  const columns = channels.map((count) => Math.round(instances(64, count).offload.pim?.gemvGBps ?? Number.NaN));
  return {
    name: "pim-and-link",
    title: "256 decodes at 1,024 tokens: bandwidth of PIM and of its link",
    about: `${channels[0]} to ${channels.at(-1)} channels of DDR4-PIM, by the KV that they attend to; the GPU reads ${gpuOnly.gpuBandwidthGBps} GB/s.`,
    xLabel: "PIM, GB/s",
    yLabel: "link, GB/s each way",
    rows,
    columns,
    points: rows.map((row) =>
      channels.map((count, c) => ({
        row,
        column: columns[c] ?? Number.NaN,
        ...pointOf(instances(row, count), shape),
      })),
    ),
  };
}

const iterationMaps = [batchAndContext, promptAndTokens, pimAndLink] as const;

/** All maps; `full` ones have more points. */
export const allMaps = (full = false): IterationMap[] => iterationMaps.map((map) => map(full));

/** The mode that takes least; what is as long as GPU-only is GPU-only, and what is as long as offload is offload. */
export function winner({ ms }: MapPoint): MapMode {
  return mapModes.reduce((best, mode) => (ms[mode] < ms[best] ? mode : best));
}

/** What the better of the offloaded modes takes of what GPU-only takes. */
export const offloadedRatio = ({ ms }: MapPoint): number => Math.min(ms.offload, ms.interleave) / ms["gpu-only"];
