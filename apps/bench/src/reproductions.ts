/**
 * @module
 * What papers and their simulators say of their systems, beside what Tandem says of the same: docs/reproductions.md.
 */
import { createPlan, type InstancePlan, IterationPlanner, inMode, type Mode, simulate } from "@tandem-sim/engine";
import { Batch, placements } from "@tandem-sim/scheduler";
import { attentionShape, InstanceOptions } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import { longestNs } from "@tandem-sim/trace";
import { generateWorkload, parseLengths } from "@tandem-sim/workload";

/** One figure of theirs, and ours; null where they give none. */
interface Figure {
  what: string;
  theirs: number | null;
  ours: number;
}

/** Figures of one source. */
export interface Reproduction {
  name: string;
  /** Cluster config that is simulated. */
  config: string;
  unit: string;
  figures: Figure[];
}

interface Setup {
  config: string;
  model?: string;
  /** PIM device in the GPUs' memory, in place of the config's. */
  inGpu?: string;
  options: Partial<InstanceOptions>;
}

function instanceOf({ config, model, inGpu, options }: Setup, mode: Mode): InstancePlan {
  const inputs = loadClusterInputs(config, InstanceOptions.parse(options), {
    change: (cluster) => ({
      ...cluster,
      nodes: cluster.nodes.map((node) => ({
        ...node,
        instances: node.instances.map((instance) => ({
          ...instance,
          model_name: model ?? instance.model_name,
          npu_mem: { ...instance.npu_mem, ...(inGpu !== undefined && { pim_config: inGpu }) },
        })),
      })),
    }),
  });
  return createPlan(inMode(inputs, mode)).instances[0] as InstancePlan;
}

/** One decode iteration of requests with these contexts, placed as NeuPIMs places them: the longest first, by its estimate. */
function play(instance: InstancePlan, contexts: readonly number[]): IterationPlanner {
  const { pim, rank } = instance;
  const loads = new Array<number>(pim?.layout.groups ?? 0).fill(0);
  const estimate =
    pim &&
    placements.neupims({
      ...attentionShape(rank),
      rowElements: pim.timing.rowBytesPerDevice / instance.kvElementBytes,
      banks: pim.timing.banks,
      timesNs: { decode: pim.attention.decodeNs, prefill: () => 0 },
    }).costs.decode;
  const batch = new Batch(contexts.length);
  const longestFirst = [...contexts].sort((a, b) => b - a);
  longestFirst.forEach((context, i) => {
    const group = pim ? loads.indexOf(Math.min(...loads)) : -1;
    if (estimate) loads[group] = (loads[group] ?? 0) + estimate(context);
    const request = { tokens: 1, context: context - 1, prefill: false, samples: true, hits: 0 };
    batch.add({ ...request, row: i, group, order: i });
  });
  const planner = new IterationPlanner(instance);
  planner.choose(batch);
  return planner;
}

/** The longest attention of a group, per layer, ns. */
const pimNs = ({ table }: IterationPlanner): number =>
  table.graph.of.reduce((ns, { offload }) => ns + (offload ? longestNs(table, offload.pim) : 0), 0);

/** So many lengths of a lognormal distribution, at even steps of its quantiles. */
function lengthsOf(distribution: string, count: number): number[] {
  const drawn = [
    ...generateWorkload({
      requests: 8192,
      seed: 42,
      arrivals: { process: "constant", requestsPerSecond: Number.POSITIVE_INFINITY },
      inputTokens: parseLengths(distribution, "lengths"),
      outputTokens: parseLengths("fixed:1", "lengths"),
    }),
  ].flatMap(({ inputTokens, count: rows }) => [...inputTokens.subarray(0, rows)]);
  drawn.sort((a, b) => a - b);
  return Array.from({ length: count }, (_, i) => drawn[Math.floor(((i + 0.5) / count) * drawn.length)] ?? 1);
}

/** 300 on average and 2,048 at most, as NeuPIMs' requests: among 512 this spread reaches 2,048. */
const NEUPIMS_LENGTHS = "lognormal:300:0.75:2048";

/** What NeuPIMs' simulator was measured to take, kilocycles of 1 ns, per layer and GPU. */
const neupimsMeasured = [
  { requests: 64, attention: 43.3, layer: 160.8 },
  { requests: 512, attention: 266.3, layer: 618.9 },
];

/** A layer's share of an iteration, ns: without what comes before the first and behind the last. */
function layerNs({ costs }: InstancePlan, { played }: IterationPlanner, requests: number): number {
  const ends = costs.gpu.prologueNs(requests) + costs.gpu.headNs(requests, requests);
  return (played.latencyNs - ends) / costs.layers;
}

function neupims(): Reproduction[] {
  const config = "papers/neupims";
  const setup: Setup = { config, options: { attnOffloadPhase: "decode", maxNumSeqs: 512, subBatchSplit: "cost" } };
  const [undivided, divided, npuOnly] = (["offload", "interleave", "gpu-only"] as const).map((mode) =>
    instanceOf(setup, mode),
  ) as [InstancePlan, InstancePlan, InstancePlan];
  const oneBuffer = instanceOf({ ...setup, inGpu: "HBM2_1GB_2000_neupims_one_buffer" }, "offload");
  const layer = (instance: InstancePlan, requests: number): number =>
    layerNs(instance, play(instance, lengthsOf(NEUPIMS_LENGTHS, requests)), requests);
  const measured = (buffers: string, instance: InstancePlan): Reproduction => ({
    name: `NeuPIMs without sub-batches, ${buffers}`,
    config,
    unit: "kilocycles a layer",
    figures: neupimsMeasured.flatMap(({ requests, attention, layer: whole }) => [
      {
        what: `attention, batch ${requests}`,
        theirs: attention,
        ours: pimNs(play(instance, lengthsOf(NEUPIMS_LENGTHS, requests))) / 1000,
      },
      { what: `layer, batch ${requests}`, theirs: whole, ours: layer(instance, requests) / 1000 },
    ]),
  });
  return [
    measured("one row buffer", oneBuffer),
    measured("two row buffers", undivided),
    {
      name: "NeuPIMs, times as fast",
      config,
      unit: "x",
      figures: [
        ...[64, 256, 512].map((requests) => ({
          what: `sub-batches over none, batch ${requests}`,
          theirs: null,
          ours: layer(undivided, requests) / layer(divided, requests),
        })),
        {
          what: "sub-batches over one row buffer, batch 512",
          theirs: 1.6,
          ours: layer(oneBuffer, 512) / layer(divided, 512),
        },
        {
          what: "sub-batches over the NPU alone, batch 512",
          theirs: 2.4,
          ours: layer(npuOnly, 512) / layer(divided, 512),
        },
      ],
    },
  ];
}

/** ms per token at batch `requests`, prompts of 2,048 and outputs of 128, without co-processing, by AttAcc's simulator. */
const attaccMeasured = [
  { name: "GPT-3 175B", model: "openai/GPT-3-175B", requests: 1, gpuOnly: [16.73, 3.97, 8.18], pim: 0.37 },
  { name: "GPT-3 175B", model: "openai/GPT-3-175B", requests: 95, gpuOnly: [18.1, 43.64, 11.67], pim: 4.86 },
  { name: "LLaMA-65B", model: "meta-llama/LLaMA-65B", requests: 142, gpuOnly: [11.21, 36.37, 9.72], pim: 4.05 },
] as const;

const MS = 1e6;

function attacc(): Reproduction[] {
  const config = "papers/attacc";
  const rows = attaccMeasured.map(({ name, model, requests, gpuOnly, pim }) => {
    const setup: Setup = { config, model, options: { attnOffloadPhase: "decode", maxModelLen: 4096 } };
    const at = (mode: Mode): { instance: InstancePlan; planner: IterationPlanner } => {
      const instance = instanceOf(setup, mode);
      return { instance, planner: play(instance, new Array<number>(requests).fill(2048 + 64)) };
    };
    const [alone, offload] = [at("gpu-only"), at("offload")];
    const { table } = alone.planner;
    const { layers } = alone.instance.costs;
    const [own] = table.graph.of;
    const attentionMs = own ? (layers * longestNs(table, own.attention)) / MS : 0;
    const pimMs = (layers * pimNs(offload.planner)) / MS;
    const theirs = gpuOnly.reduce((sum, ms) => sum + ms, 0);
    return {
      what: `${name}, batch ${requests}`,
      attention: { theirs: gpuOnly[1], ours: attentionMs },
      pim: { theirs: pim, ours: pimMs },
      gain: {
        theirs: theirs / (theirs - gpuOnly[1] + pim),
        ours: alone.planner.played.latencyNs / offload.planner.played.latencyNs,
      },
    };
  });
  const figures = (of: "attention" | "pim" | "gain"): Figure[] => rows.map((row) => ({ what: row.what, ...row[of] }));
  return [
    { name: "AttAcc, attention on PIM", config, unit: "ms a token", figures: figures("pim") },
    { name: "AttAcc, attention on its GPUs", config, unit: "ms a token", figures: figures("attention") },
    { name: "AttAcc, times as fast as its GPUs alone", config, unit: "x", figures: figures("gain") },
  ];
}

/** 256 requests at once, 128 tokens in and 512 out, as LLMServingSim's authors published, s. */
const llmServingSimPublished = { "gpu-only": 52.4, offload: 45.5, interleave: 52.8 } as const;

function llmServingSim(): Reproduction[] {
  const config = "papers/llmservingsim_a6000";
  const modes = Object.keys(llmServingSimPublished) as (keyof typeof llmServingSimPublished)[];
  const makespanS = (mode: Mode, requests: number): number => {
    const options = InstanceOptions.parse({ attnOffloadPhase: "decode", maxNumSeqs: 512 });
    const load = generateWorkload({
      requests,
      seed: 42,
      arrivals: { process: "constant", requestsPerSecond: Number.POSITIVE_INFINITY },
      inputTokens: parseLengths("fixed:128", "lengths"),
      outputTokens: parseLengths("fixed:512", "lengths"),
    });
    return simulate(createPlan(inMode(loadClusterInputs(config, options), mode)), [...load]).makespan_ns / 1e9;
  };
  const at256 = new Map(modes.map((mode) => [mode, makespanS(mode, 256)]));
  const ours = (mode: (typeof modes)[number]): number => at256.get(mode) ?? Number.NaN;
  return [
    {
      name: "LLMServingSim, A6000 with 256 channels of HBM2",
      config,
      unit: "s of makespan",
      figures: modes.map((mode) => ({ what: mode, theirs: llmServingSimPublished[mode], ours: ours(mode) })),
    },
    {
      name: "The same, over GPU-only",
      config,
      unit: "x",
      figures: [
        ...(["offload", "interleave"] as const).map((mode) => ({
          what: `${mode}, batch 256`,
          theirs: llmServingSimPublished[mode] / llmServingSimPublished["gpu-only"],
          ours: ours(mode) / ours("gpu-only"),
        })),
        ...[64, 128].map((requests) => ({
          what: `interleave, batch ${requests}`,
          theirs: null,
          ours: makespanS("interleave", requests) / makespanS("gpu-only", requests),
        })),
      ],
    },
  ];
}

/** All of them. */
export const reproductions = (): Reproduction[] => [...neupims(), ...attacc(), ...llmServingSim()];

const significant = (value: number): string => (value >= 100 ? value.toFixed(1) : value.toFixed(2));

const difference = ({ theirs, ours }: Figure): string => {
  if (theirs === null) return "";
  const share = ours / theirs - 1;
  return `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)}%`;
};

/** A table of Markdown, as it stands in the docs. */
export const reproductionTable = ({ unit, figures }: Reproduction): string =>
  [
    `| ${unit} | theirs | ours | |`,
    "| --- | --- | --- | --- |",
    ...figures.map((figure) => {
      const theirs = figure.theirs === null ? "" : significant(figure.theirs);
      return `| ${figure.what} | ${theirs} | ${significant(figure.ours)} | ${difference(figure)} |`;
    }),
  ].join("\n");
