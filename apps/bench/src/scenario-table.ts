/**
 * @module
 * What the scenarios came to, a row for each mode, and which figures are not as expected.
 */
import { percent, type Table, titledTable } from "@tandem-sim/report";
import { type FigureName, figure } from "./figures.js";
import type { ScenarioOutcome, ScenarioRun } from "./run-scenario.js";

const ratios: readonly (readonly [FigureName, string])[] = [
  ["makespan", "makespan"],
  ["ttft", "TTFT"],
  ["tpot", "TPOT"],
  ["j_per_token", "J/token"],
];
const shares: readonly (readonly [FigureName, string])[] = [
  ["gpu_busy", "GPU busy"],
  ["pim_busy", "PIM busy"],
  ["pim_util", "PIM util"],
];

const cell = (value: number | null, text: (value: number) => string): string => (value === null ? "-" : text(value));

/** Ratios of a thousandth are still ratios, and hundreds have no hundredths. */
export function ratioText(ratio: number): string {
  if (ratio < 0.1) return `${ratio.toPrecision(2)}x`;
  return `${ratio.toFixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0)}x`;
}

/** A run against GPU-only of the same scenario. */
function row({ scenario, runs: [gpuOnly] }: ScenarioOutcome, run: ScenarioRun): string[] {
  const of = (name: FigureName): number | null => figure(name, run.summary, gpuOnly.summary);
  return [
    run === gpuOnly ? scenario.name : "",
    run.mode,
    run.phase ?? "-",
    ...ratios.map(([name]) => cell(of(name), ratioText)),
    ...shares.map(([name]) => cell(of(name), percent)),
    run.wallMs.toFixed(0),
  ];
}

/** All scenarios; ratios refer to GPU-only. */
export const scenarioTable = (outcomes: readonly ScenarioOutcome[]): Table =>
  titledTable(
    ["scenario", "mode", "phase", ...ratios.map(([, title]) => title), ...shares.map(([, title]) => title), "sim ms"],
    outcomes.flatMap((outcome) => outcome.runs.map((run) => row(outcome, run))),
  );

/** A sentence for each figure that is not as its scenario expects. */
export const unexpected = (outcomes: readonly ScenarioOutcome[]): string[] =>
  outcomes.flatMap(({ scenario, judged }) =>
    judged
      .filter(({ holds }) => !holds)
      .map(
        ({ mode, phase, figure: name, value, found }) =>
          `${scenario.name}: ${name} of ${mode}, phase ${phase}: expected ${value}, found ${cell(found, (x) => x.toFixed(3))}`,
      ),
  );
