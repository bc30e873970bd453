/**
 * @module
 * The scenario table as CSV: a row for each run, a column for each figure.
 */
import { figure, measured, measurementNames, ratioNames } from "./figures.js";
import type { ScenarioOutcome } from "./run-scenario.js";

/** Columns of ratios say what they refer to: `makespan_to_gpu_only`. */
const head = ["scenario", "phase", "mode", ...measurementNames, ...ratioNames.map((name) => `${name}_to_gpu_only`)];

export const scenarioCsv = (outcomes: readonly ScenarioOutcome[]): string => {
  const rows = outcomes.flatMap(({ scenario, runs }) =>
    runs.map(({ mode, phase, summary }) => [
      scenario.name,
      phase,
      mode,
      ...measurementNames.map((name) => measured(name, summary)),
      ...ratioNames.map((name) => figure(name, summary, runs[0].summary)),
    ]),
  );
  return [head, ...rows].map((row) => `${row.map((value) => value ?? "").join(",")}\n`).join("");
};
