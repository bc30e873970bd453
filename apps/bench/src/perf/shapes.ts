/**
 * @module
 * What is measured: batches on the bundled cluster with one thing changed, and loads like those of a chat.
 */
import { createPlan, type InstancePlan, IterationPlanner, type SimulationPlan } from "@tandem-sim/engine";
import { findGpuSpecFile, readGpuSpec } from "@tandem-sim/schemas/node";
import { type Arrivals, generateWorkload, type RequestChunk } from "@tandem-sim/workload";
import { createBatch, decodes } from "../batch-shape.js";
import { bundledCluster, inputsInMode, onlyInstance } from "../cluster.js";
import type { PerfCase } from "./rounds.js";

export const perfModes = ["gpu-only", "offload", "interleave"] as const;
export type PerfMode = (typeof perfModes)[number];

/** The bundled cluster, decodes on PIM. Its 64 channels make 8 groups, its model has 32 layers. */
export interface PerfCluster {
  mode: PerfMode;
  /** 8, 16, 32 or 64: of eight KV heads, a group serves as many as it has channels. */
  groups?: number;
  layers?: number;
  /** GPU times from the spec sheet in place of measured tables. */
  specSheet?: true;
}

const CHANNELS = 64;

type Inputs = ReturnType<typeof inputsInMode>;
type Instance = Inputs["nodes"][number]["instances"][number];

const withInstances = (inputs: Inputs, change: (instance: Instance) => Instance): Inputs => ({
  ...inputs,
  nodes: inputs.nodes.map((node) => ({ ...node, instances: node.instances.map(change) })),
});

const withLayers = (instance: Instance, layers: number): Instance => ({
  ...instance,
  model: { ...instance.model, num_hidden_layers: layers },
});

const withSpecSheet = ({ model, options, pim = null }: Instance): Instance => ({
  ...{ model, options, pim },
  gpuSpec: readGpuSpec(findGpuSpecFile("RTXPRO6000")),
});

function inputsOf({ mode, groups = 8, layers, specSheet }: PerfCluster): Inputs {
  const cpu_mem = { pim: { channels_per_group: CHANNELS / groups } };
  const cluster = { ...bundledCluster, ...(mode !== "gpu-only" && { cpu_mem }) };
  const inputs = inputsInMode({ cluster, options: {}, source: "perf" }, mode, mode === "gpu-only" ? null : "decode");
  const counted = layers === undefined ? inputs : withInstances(inputs, (one) => withLayers(one, layers));
  return specSheet ? withInstances(counted, withSpecSheet) : counted;
}

export const perfPlan = (cluster: PerfCluster): SimulationPlan => createPlan(inputsOf(cluster));
export const perfInstance = (cluster: PerfCluster): InstancePlan => onlyInstance(inputsOf(cluster));

/** Tokens of context in the first batch; contexts differ from call to call, as they do from one iteration to the next. */
const CONTEXT = 1000;
const BATCHES = 64;
/** Iterations between two in which some request joins or ends: four where 84 decodes of 650 tokens each run at a time. */
const UNCHANGED = 4;
/** So that a run takes long beside the clock's resolution. */
const ITERATIONS = 256;

/** The cost of one iteration of so many decodes: divided, costed and played. */
export function iterationCase(name: string, cluster: PerfCluster, batch: number): PerfCase {
  const instance = perfInstance(cluster);
  const planner = new IterationPlanner(instance);
  const groups = instance.pim?.layout.groups ?? 0;
  const batches = Array.from({ length: BATCHES }, (_, i) =>
    createBatch(decodes(batch, CONTEXT + 17 * i), groups, Math.floor(i / UNCHANGED)),
  );
  return {
    name,
    operations: ITERATIONS,
    run: () => {
      for (let i = 0; i < ITERATIONS; i += BATCHES) for (const decoding of batches) planner.choose(decoding);
    },
  };
}

/** Prompts and outputs about as long as ShareGPT's with Llama 3.1, five requests a second: what one GPU keeps up with. */
export const chatLoad = (requests: number, requestsPerSecond = 5): RequestChunk[] => [
  ...generateWorkload({
    requests,
    seed: 7,
    arrivals: {
      process: Number.isFinite(requestsPerSecond) ? "poisson" : "constant",
      requestsPerSecond,
    } satisfies Arrivals,
    inputTokens: { kind: "lognormal", mean: 857, sigma: 0.6, max: 4000 },
    outputTokens: { kind: "uniform", min: 512, max: 792 },
  }),
];
