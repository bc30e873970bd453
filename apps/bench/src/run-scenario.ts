/**
 * @module
 * Runs a scenario in its modes and phases, and holds what came out against what was expected.
 */
import { addSample, emptySamples, type ServedMode } from "@tandem-sim/comparison";
import { createPlan, type InstancePlan, simulate } from "@tandem-sim/engine";
import { findWorkloadFile } from "@tandem-sim/schemas/node";
import { generateWorkload, parseLengths, type RequestChunk } from "@tandem-sim/workload";
import { loadWorkload } from "@tandem-sim/workload/node";
import { inputsInMode, onlyInstance } from "./cluster.js";
import { figure } from "./figures.js";
import { type Observed, RunObserver } from "./observed.js";
import type { Expectation, GeneratedWorkload, Phase, Scenario, ScenarioMode } from "./scenario.js";

/** One mode of a scenario in one phase. */
export interface ScenarioRun extends ServedMode {
  mode: ScenarioMode;
  /** Null where nothing is offloaded. */
  phase: Phase | null;
  observed: Observed;
  /** Wall time of the simulation, ms. */
  wallMs: number;
}

/** GPU-only and interleaving, with so many requests at a time. */
export interface LimitedRuns {
  limit: number;
  gpuOnly: ScenarioRun;
  interleave: ScenarioRun;
}

/** An expectation and what came of it. */
interface Judged extends Expectation {
  /** Null where the run has no such figure. */
  found: number | null;
  holds: boolean;
}

export interface ScenarioOutcome {
  scenario: Scenario;
  /** GPU-only first. */
  runs: [ScenarioRun, ...ScenarioRun[]];
  limited: LimitedRuns[];
  /** GPU-only, were prefill and decode attention two kernels: what of a win needs no PIM. */
  twoKernels: ScenarioRun;
  judged: Judged[];
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

const inputsOf = ({ name, cluster, options }: Scenario, mode: ScenarioMode, phase: Phase | null) =>
  inputsInMode({ cluster, options, source: `scenario ${name}` }, mode, phase);

/** The instance that a scenario runs on in a mode. */
export const scenarioInstance = (scenario: Scenario, mode: ScenarioMode, phase: Phase | null): InstancePlan =>
  onlyInstance(inputsOf(scenario, mode, phase));

/** One mode of a scenario over its requests. */
export function runMode(
  scenario: Scenario,
  chunks: readonly RequestChunk[],
  mode: ScenarioMode,
  phase: Phase | null,
): ScenarioRun {
  const plan = createPlan(inputsOf(scenario, mode, phase));
  const samples = emptySamples();
  const observer = new RunObserver((finished) => addSample(samples, finished));
  const started = performance.now();
  const summary = simulate(plan, chunks, observer);
  return {
    mode,
    phase,
    summary,
    samples,
    observed: observer.observed,
    wallMs: performance.now() - started,
  };
}

function judge(expected: Expectation, [gpuOnly, ...runs]: ScenarioOutcome["runs"]): Judged {
  const run = runs.find(({ mode, phase }) => mode === expected.mode && phase === expected.phase);
  const found = run ? figure(expected.figure, run.summary, gpuOnly.summary) : null;
  return { ...expected, found, holds: found !== null && Math.abs(found / expected.value - 1) <= expected.within };
}

function runLimited(scenario: Scenario, chunks: readonly RequestChunk[], limit: number): LimitedRuns {
  const limited = { ...scenario, options: { ...scenario.options, max_num_seqs: limit } };
  const [phase] = scenario.phases;
  return {
    limit,
    gpuOnly: runMode(limited, chunks, "gpu-only", null),
    interleave: runMode(limited, chunks, "interleave", phase),
  };
}

function runTwoKernels(scenario: Scenario, chunks: readonly RequestChunk[]): ScenarioRun {
  const options = { ...scenario.options, gpu_mixed_attention: "separate" as const };
  return runMode({ ...scenario, options }, chunks, "gpu-only", null);
}

/**
 * Runs a scenario.
 *
 * @param also modes and phases beyond those that it declares
 * @throws {TandemError} where the cluster cannot serve the load
 */
export async function runScenario(
  scenario: Scenario,
  also: { modes: readonly ScenarioMode[]; phases: readonly Phase[] } = { modes: [], phases: [] },
): Promise<ScenarioOutcome> {
  const chunks = await scenarioWorkload(scenario);
  const modes = [...new Set([...scenario.modes, ...also.modes])];
  const phases = [...new Set([...scenario.phases, ...also.phases])];
  const offloaded = phases.flatMap((phase) => modes.map((mode) => runMode(scenario, chunks, mode, phase)));
  const runs: ScenarioOutcome["runs"] = [runMode(scenario, chunks, "gpu-only", null), ...offloaded];
  return {
    scenario,
    runs,
    limited: scenario.batch_limits.map((limit) => runLimited(scenario, chunks, limit)),
    twoKernels: runTwoKernels(scenario, chunks),
    judged: scenario.expected.map((expected) => judge(expected, runs)),
  };
}
