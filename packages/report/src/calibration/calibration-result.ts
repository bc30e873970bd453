/**
 * @module
 * What a calibration found: its table of errors beside each other, its constants, and whether to use it.
 */
import {
  type CalibrationConstant,
  type CalibrationConstants,
  type CalibrationErrors,
  calibrationConstants,
  constantNames,
  neutralConstants,
  type ServiceCalibration,
} from "@tandem-sim/schemas";
import { type Part, type Table, titledTable } from "../part.js";
import { signedPct } from "../validation/error-table.js";
import {
  type MetricError,
  meanAbsoluteError,
  metricErrors,
  metricNames,
  type RequestLatencies,
  statNames,
} from "../validation/metric-errors.js";

/** A constant with its unit. */
const constantText = (constant: CalibrationConstant, constants: CalibrationConstants): string =>
  constant === "host_ns_per_step"
    ? `${(constants[constant] / 1000).toFixed(0)} us`
    : constants[constant].toFixed(constants[constant] === 1 ? 0 : 3);

/** Those that change something, in a few words. */
export function constantsText(constants: CalibrationConstants): string {
  const some = calibrationConstants.filter((constant) => constants[constant] !== neutralConstants[constant]);
  return some.map((constant) => `${constantNames[constant]} ${constantText(constant, constants)}`).join(", ");
}

/** How far recordings of one load lie apart, in percent of their mean, row by row of the error table; null for one. */
export function spreadOf(recordings: readonly (readonly RequestLatencies[])[]): number[] | null {
  if (recordings.length < 2) return null;
  const tables = recordings.map((latencies) => metricErrors(latencies, latencies));
  return (tables[0] ?? []).map((_, row) => {
    const values = tables.flatMap((table) => table[row]?.vllm_ms ?? []);
    const mean = values.reduce((sum, ms) => sum + ms, 0) / values.length;
    return mean === 0 ? 0 : (100 * (Math.max(...values) - Math.min(...values))) / mean;
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
export const meanSpread = (spread: readonly number[] | null): number | null => (spread ? mean(spread) : null);

/** The errors of one simulation: on the half that was held out, and in one figure on the other. */
export function calibrationErrors(
  recorded: readonly RequestLatencies[],
  simulated: readonly RequestLatencies[],
  fitHalfPct: number,
): Omit<CalibrationErrors, "metrics"> & { metrics: MetricError[] } {
  const metrics = metricErrors(recorded, simulated);
  return { fit_half_pct: fitHalfPct, mean_abs_error_pct: meanAbsoluteError(metrics), metrics };
}

function errorsBeside(
  before: readonly MetricError[],
  after: readonly MetricError[],
  spread: readonly number[] | null,
): Table {
  const rows = before.map(({ metric, stat, vllm_ms, simulated_ms, diff_pct }, i) => {
    const now = after[i];
    return [
      `${metricNames[metric]} ${statNames[stat]}`,
      vllm_ms.toFixed(1),
      simulated_ms.toFixed(1),
      signedPct(diff_pct),
      now?.simulated_ms.toFixed(1) ?? "",
      signedPct(now?.diff_pct ?? 0),
      ...(spread ? [`${(spread[i] ?? 0).toFixed(1)}%`] : []),
    ];
  });
  const pct = (value: number): string => `${value.toFixed(2)}%`;
  const last = [
    ...["mean absolute error", "", "", pct(meanAbsoluteError(before)), "", pct(meanAbsoluteError(after))],
    ...(spread ? [pct(mean(spread))] : []),
  ];
  const head = ["held out, ms", "vLLM", "before", "difference", "after", "difference"];
  return titledTable([...head, ...(spread ? ["recordings differ"] : [])], [...rows, last]);
}

const constantsTable = ({ constants, findings }: ServiceCalibration): Table =>
  titledTable(
    ["constant", "", ""],
    calibrationConstants.map((constant) => [
      constantNames[constant],
      constantText(constant, constants),
      findings[constant],
    ]),
  );

/** Whether to use it: the held-out half decides. */
export function calibrationAdvice({ constants, errors, spread_pct }: ServiceCalibration): string[] {
  const [before, after] = [errors.before.mean_abs_error_pct, errors.after.mean_abs_error_pct];
  const changes = constantsText(constants) !== "";
  const verdict = !changes
    ? "No constant takes a part of the error away that this run can vouch for: there is nothing to calibrate."
    : after < before
      ? `On requests that it was not fitted to, the mean absolute error falls from ${before.toFixed(2)}% to ${after.toFixed(2)}%.`
      : `On requests that it was not fitted to, the mean absolute error grows from ${before.toFixed(2)}% to ${after.toFixed(2)}%: better not use it.`;
  const within =
    spread_pct !== null && before <= spread_pct
      ? [`Recordings of the same load differ by ${spread_pct.toFixed(2)}%, more than the simulation was off before.`]
      : [];
  return [verdict, ...within];
}

/** All that the command says. @param spread row by row of the table; null where there is one recording */
export function calibrationResult(
  found: ServiceCalibration & { errors: Record<"before" | "after", { metrics: MetricError[] }> },
  spread: readonly number[] | null,
): Part[] {
  const { source, errors } = found;
  const halves = `Fitted to the first ${source.fitted_requests} requests by arrival, judged on the other ${source.held_out_requests}`;
  const fit = `prefills and decodes of the fitted half are off by ${errors.before.fit_half_pct.toFixed(2)}% before and ${errors.after.fit_half_pct.toFixed(2)}% after`;
  return [
    constantsTable(found),
    "",
    errorsBeside(errors.before.metrics, errors.after.metrics, spread),
    "",
    `${halves}; ${fit}.`,
    ...calibrationAdvice(found),
  ];
}
