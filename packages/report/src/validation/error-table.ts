/**
 * @module
 * The table of a validation's errors.
 */
import { type Table, titledTable } from "../part.js";
import { metricNames, statNames } from "./metric-errors.js";
import type { Validation } from "./validation.js";

/** +1.2%, -1.2% or 0.0%. */
export function signedPct(pct: number): string {
  const text = Math.abs(pct).toFixed(1);
  return `${Number(text) === 0 ? "" : pct < 0 ? "-" : "+"}${text}%`;
}

/** Head, a row per error in the order of `errors`, and the last line with their mean. */
export const errorRows = ({ errors, meanAbsErrorPct }: Pick<Validation, "errors" | "meanAbsErrorPct">) => ({
  head: ["ms", "vLLM", "simulated", "difference"],
  rows: errors.map(({ metric, stat, vllm_ms, simulated_ms, diff_pct }) => [
    `${metricNames[metric]} ${statNames[stat]}`,
    vllm_ms.toFixed(1),
    simulated_ms.toFixed(1),
    signedPct(diff_pct),
  ]),
  mean: ["mean absolute error", "", "", `${meanAbsErrorPct.toFixed(2)}%`],
});

/** The same as one table. */
export function errorTable(found: Pick<Validation, "errors" | "meanAbsErrorPct">): Table {
  const { head, rows, mean } = errorRows(found);
  return titledTable(head, [...rows, mean]);
}
