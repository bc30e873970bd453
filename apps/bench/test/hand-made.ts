/**
 * @module
 * Outcomes of scenarios as a test wants them: those of one small run, with figures of its own.
 */
import { runScenario, type ScenarioOutcome, type ScenarioRun } from "../src/run-scenario.js";
import { bundledScenarios } from "../src/scenario.js";

/** Of a run; 1 is what GPU-only has. */
export interface Figures {
  makespan?: number;
  ttft?: number;
  tpot?: number;
  gpuBusy?: number;
  pimBusy?: number;
  /** GPU energy while it computes and while it does not, J. */
  work?: number;
  idle?: number;
  kvRoom?: number;
  divided?: number;
  csvColumns?: number[];
}

const [scenario] = bundledScenarios("single-request");
if (!scenario) throw new Error("there is no such scenario");
const template = await runScenario(scenario);

function changed(run: ScenarioRun, figures: Figures): ScenarioRun {
  const { makespan = 1, ttft = 1, tpot = 1, gpuBusy = 0.5, pimBusy = 0.5, work = 100, idle = 100 } = figures;
  const { summary, observed } = run;
  return {
    ...run,
    observed: {
      ...observed,
      singleRequestDivided: figures.divided ?? 0,
      csvColumns: figures.csvColumns ?? observed.csvColumns,
    },
    summary: {
      ...summary,
      makespan_ns: 1e9 * makespan,
      ttft_ms: { ...summary.ttft_ms, mean: 100 * ttft },
      tpot_ms: { ...summary.tpot_ms, mean: 10 * tpot },
      kv_tokens: { ...summary.kv_tokens, room: 1000 * (figures.kvRoom ?? 1) },
      gpu_busy: gpuBusy,
      pim_busy: pimBusy,
      energy_j: { ...summary.energy_j, npu_active: work, npu_standby: idle, npu_idle: 0 },
    },
  };
}

/** A scenario of one phase with these figures by mode, and under these limits of the batch. */
export function outcomeWith(
  name: string,
  modes: Record<string, Figures>,
  limits: readonly (readonly [limit: number, makespan: number])[] = [],
): ScenarioOutcome {
  const [gpuOnly, ...runs] = template.runs;
  const unlike = runs.filter(({ phase }) => phase === "decode").map((run) => changed(run, modes[run.mode] ?? {}));
  const baseline = changed(gpuOnly, modes["gpu-only"] ?? {});
  const [interleave = baseline] = unlike.filter(({ mode }) => mode === "interleave");
  return {
    ...template,
    scenario: { ...template.scenario, name, phases: ["decode"] },
    runs: [baseline, ...unlike],
    twoKernels: changed(gpuOnly, modes["two kernels"] ?? modes["gpu-only"] ?? {}),
    limited: limits.map(([limit, makespan]) => ({
      limit,
      gpuOnly: baseline,
      interleave: changed(interleave, { makespan }),
    })),
  };
}
