/**
 * @module
 * Relative errors as a table, a row for each thing that errs.
 */
import type { ErrorStats } from "@tandem-sim/calibration";
import { percent } from "@tandem-sim/report";
import { plainTable } from "@tandem-sim/report/terminal";

export const errorCells = ({ median, p95, max, bias }: ErrorStats): string[] =>
  [median, p95, max].map((error) => percent(error, 2)).concat(`${bias < 0 ? "" : "+"}${percent(bias, 2)}`);

/** @param what errs, the head of the first column */
export const errorTable = (what: string, errors: readonly ErrorStats[]): string =>
  plainTable([[what, "median", "p95", "max", "bias"], ...errors.map((one) => [one.name, ...errorCells(one)])]);
