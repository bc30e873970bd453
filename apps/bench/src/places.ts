/**
 * @module
 * The same load on PIM in every place, and on a GPU with more memory instead: docs/where-pim-sits.md.
 */
import { createPlan, inMode, type Mode, simulate } from "@tandem-sim/engine";
import { type ClusterConfig, InstanceOptions, PimSharing } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import { generateWorkload, parseLengths, type RequestChunk } from "@tandem-sim/workload";

type Instance = ClusterConfig["nodes"][number]["instances"][number];

/** A GPU with PIM somewhere, or without. */
export interface Place {
  name: string;
  mode: Mode;
  cluster(base: ClusterConfig): ClusterConfig;
}

/** Two row buffers a bank, so that it may sit anywhere. Its link beside a GPU is as NVLink's, 450 GB/s each way. */
const DEVICE = "HBM2_1GB_2000_neupims";
/** GiB of the GPU, and of PIM beside it. */
const MEMORY = 48;

const withInstances =
  (change: (instance: Instance) => Instance) =>
  (base: ClusterConfig): ClusterConfig => ({
    ...base,
    nodes: base.nodes.map((node) => ({ ...node, instances: node.instances.map(change) })),
  });

const smaller = withInstances(({ npu_mem, ...instance }) => ({
  ...instance,
  npu_mem: { ...npu_mem, mem_size: MEMORY },
}));

const withHost = (gib: number, device: string) => (base: ClusterConfig) => ({
  ...base,
  nodes: base.nodes.map((node) => ({ ...node, cpu_mem: { ...node.cpu_mem, mem_size: gib, pim_config: device } })),
});

const beside = (stripeTokens: number) =>
  withInstances((instance) => ({
    ...instance,
    pim_mem: {
      pim_config: DEVICE,
      mem_size: MEMORY,
      link: { bw: 450, latency: 1000 },
      pim: PimSharing.parse({ stripe_tokens: stripeTokens }),
    },
  }));

const inGpu = (access: "blocked" | "concurrent") =>
  withInstances((instance) => ({
    ...instance,
    npu_mem: {
      ...instance.npu_mem,
      pim_config: DEVICE,
      pim: { ...PimSharing.parse({}), access },
    },
  }));

export const places: readonly Place[] = [
  { name: "GPU-only", mode: "gpu-only", cluster: (base) => base },
  {
    name: "GPU-only, twice the memory",
    mode: "gpu-only",
    cluster: withInstances(({ npu_mem, ...instance }) => ({
      ...instance,
      npu_mem: { ...npu_mem, mem_size: 2 * MEMORY },
    })),
  },
  { name: "KV offload to host", mode: "kv-offload", cluster: withHost(512, "DDR4_8GB_3200_pim") },
  { name: "host: DDR4, 64 channels", mode: "auto", cluster: withHost(512, "DDR4_8GB_3200_pim") },
  { name: "host: HBM2, 48 channels", mode: "auto", cluster: withHost(MEMORY, DEVICE) },
  { name: "device: HBM2, 48 channels", mode: "auto", cluster: beside(0) },
  { name: "the same, stripes of 1,024", mode: "auto", cluster: beside(1024) },
  { name: "gpu: in turn", mode: "auto", cluster: inGpu("blocked") },
  { name: "gpu: at a time", mode: "auto", cluster: inGpu("concurrent") },
];

/** Requests that all arrive at once. */
export interface PlaceLoad {
  name: string;
  requests: number;
  input: string;
  output: string;
  maxNumSeqs: number;
}

export const placeLoads: readonly PlaceLoad[] = [
  { name: "8 of 512 + 128", requests: 8, input: "fixed:512", output: "fixed:128", maxNumSeqs: 128 },
  { name: "64 of 512 + 256", requests: 64, input: "fixed:512", output: "fixed:256", maxNumSeqs: 128 },
  { name: "256 of 512 + 256", requests: 256, input: "fixed:512", output: "fixed:256", maxNumSeqs: 256 },
  { name: "256 of 1,024 + 512", requests: 256, input: "fixed:1024", output: "fixed:512", maxNumSeqs: 256 },
  { name: "16 of 32,768 + 256", requests: 16, input: "fixed:32768", output: "fixed:256", maxNumSeqs: 128 },
];

function loadOf({ requests, input, output }: PlaceLoad): RequestChunk[] {
  return [
    ...generateWorkload({
      requests,
      seed: 42,
      arrivals: { process: "constant", requestsPerSecond: Number.POSITIVE_INFINITY },
      inputTokens: parseLengths(input, "lengths"),
      outputTokens: parseLengths(output, "lengths"),
    }),
  ];
}

/** What a place makes of a load, over GPU-only: mean TPOT, and makespan. */
export interface PlaceResult {
  tpot: number;
  makespan: number;
}

/** Results by load, then by place, in the order of {@link placeLoads} and {@link places}. */
export function placeGrid(): PlaceResult[][] {
  return placeLoads.map((load) => {
    const chunks = loadOf(load);
    const options = InstanceOptions.parse({ attnOffloadPhase: "decode", maxNumSeqs: load.maxNumSeqs });
    const summaries = places.map(({ mode, cluster }) => {
      const change = (base: ClusterConfig): ClusterConfig => cluster(smaller(base));
      const inputs = loadClusterInputs("single_node_gpu_instance", options, { change });
      return simulate(createPlan(inMode(inputs, mode)), chunks);
    });
    const [gpuOnly] = summaries;
    return summaries.map((summary) => ({
      tpot: summary.tpot_ms.mean / (gpuOnly?.tpot_ms.mean ?? Number.NaN),
      makespan: summary.makespan_ns / (gpuOnly?.makespan_ns ?? Number.NaN),
    }));
  });
}

/** A table of Markdown, as it stands in the docs: TPOT and makespan, each over GPU-only. */
export function placeTable(grid: readonly (readonly PlaceResult[])[]): string {
  const cell = ({ tpot, makespan }: PlaceResult): string => `${tpot.toFixed(2)}, ${makespan.toFixed(2)}`;
  return [
    `| TPOT, makespan | ${placeLoads.map(({ name }) => name).join(" | ")} |`,
    `| --- |${" --- |".repeat(placeLoads.length)}`,
    ...places.map(({ name }, p) => {
      const cells = grid.map((row) => (row[p] ? cell(row[p]) : ""));
      return `| ${name} | ${cells.join(" | ")} |`;
    }),
  ].join("\n");
}
