/**
 * @module
 * Runs a scenario in its modes and phases, and holds what came out against what was expected.
 */

import { addSample, emptySamples, type ServedMode } from "@tandem-sim/comparison";
import { createPlan, inMode, type PlanInputs, refuseUnsupported, simulate } from "@tandem-sim/engine";
import { ClusterConfig, InstanceOptions, instanceOverrides, parseWith, resolveCluster } from "@tandem-sim/schemas";
import {
  findClusterFile,
  findGpuProfileDir,
  findModelFile,
  findPimFile,
  findWorkloadFile,
  readClusterConfig,
  readGpuProfile,
  readModelConfig,
  readPimDevice,
} from "@tandem-sim/schemas/node";
import { generateWorkload, parseLengths, type RequestChunk } from "@tandem-sim/workload";
import { loadWorkload } from "@tandem-sim/workload/node";
import { figure } from "./figures.js";
import type { Expectation, GeneratedWorkload, Phase, Scenario, ScenarioMode } from "./scenario.js";

/** One mode of a scenario in one phase. */
export interface ScenarioRun extends ServedMode {
  mode: ScenarioMode;
  /** Null where nothing is offloaded. */
  phase: Phase | null;
  /** Wall time of the simulation, ms. */
  wallMs: number;
}

/** An expectation and what came of it. */
export interface Judged extends Expectation {
  /** Null where the run has no such figure. */
  found: number | null;
  holds: boolean;
}

export interface ScenarioOutcome {
  scenario: Scenario;
  /** GPU-only first. */
  runs: [ScenarioRun, ...ScenarioRun[]];
  judged: Judged[];
}

/** The cluster of a scenario with all that it names, under these options. */
function clusterInputs({ cluster, name }: Scenario, options: InstanceOptions): PlanInputs {
  const file = findClusterFile(cluster.name);
  const bundled = readClusterConfig(file);
  const changed = {
    ...bundled,
    nodes: bundled.nodes.map((node) => ({
      ...node,
      cpu_mem: { ...node.cpu_mem, ...cluster.cpu_mem },
      instances: node.instances.map((instance) => ({
        ...instance,
        npu_mem: { ...instance.npu_mem, ...cluster.npu_mem },
      })),
    })),
  };
  const source = `scenario ${name}`;
  const config = parseWith(ClusterConfig, changed, source);
  refuseUnsupported(config, source);
  return resolveCluster(config, source, options, {
    model: (model) => readModelConfig(findModelFile(model, file)),
    pim: (device) => readPimDevice(findPimFile(device, file)),
    profile: ({ hardware, model, variants, tp }) =>
      readGpuProfile(findGpuProfileDir(hardware, model, variants, file), tp),
  });
}

const generated = ({ requests, seed, arrivals, input_lengths, output_lengths }: GeneratedWorkload): RequestChunk[] => [
  ...generateWorkload({
    requests,
    seed,
    arrivals:
      arrivals === "at once"
        ? { process: "constant", requestsPerSecond: Number.POSITIVE_INFINITY }
        : { process: arrivals.process, requestsPerSecond: arrivals.requests_per_second, cv: arrivals.cv ?? 1 },
    inputTokens: parseLengths(input_lengths, "input_lengths"),
    outputTokens: parseLengths(output_lengths, "output_lengths"),
  }),
];

/** The requests of a scenario. */
export const scenarioWorkload = async ({ workload }: Scenario): Promise<RequestChunk[]> =>
  "bundled" in workload ? await loadWorkload(findWorkloadFile(workload.bundled)) : generated(workload);

/** One mode of a scenario over its requests. */
function runMode(
  scenario: Scenario,
  chunks: readonly RequestChunk[],
  mode: ScenarioMode,
  phase: Phase | null,
): ScenarioRun {
  const options = InstanceOptions.parse({
    ...instanceOverrides(scenario.options),
    ...(phase && { attnOffloadPhase: phase }),
    ...(mode === "chunk" && { subBatchSplit: "chunk" }),
  });
  const plan = createPlan(inMode(clusterInputs(scenario, options), mode === "chunk" ? "interleave" : mode));
  const samples = emptySamples();
  const started = performance.now();
  const summary = simulate(plan, chunks, { onRequest: (finished) => addSample(samples, finished) });
  return { mode, phase, wallMs: performance.now() - started, summary, samples };
}

function judge(expected: Expectation, [gpuOnly, ...runs]: ScenarioOutcome["runs"]): Judged {
  const run = runs.find(({ mode, phase }) => mode === expected.mode && phase === expected.phase);
  const found = run ? figure(expected.figure, run.summary, gpuOnly.summary) : null;
  return { ...expected, found, holds: found !== null && Math.abs(found / expected.value - 1) <= expected.within };
}

/** @throws {TandemError} where the cluster cannot serve the load */
export async function runScenario(scenario: Scenario): Promise<ScenarioOutcome> {
  const chunks = await scenarioWorkload(scenario);
  const offloaded = scenario.phases.flatMap((phase) =>
    scenario.modes.map((mode) => runMode(scenario, chunks, mode, phase)),
  );
  const runs: ScenarioOutcome["runs"] = [runMode(scenario, chunks, "gpu-only", null), ...offloaded];
  return { scenario, runs, judged: scenario.expected.map((expected) => judge(expected, runs)) };
}
