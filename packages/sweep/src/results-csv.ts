/**
 * @module
 * Results as CSV: a row for each cell, its place on the axes in front of its figures.
 */
import type { SweepRecord } from "@tandem-sim/schemas";
import { stringify } from "csv-stringify/browser/esm/sync";

const field = (value: unknown): string =>
  typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);

/** @param records in grid order; a figure that a run does not have is an empty field */
export function resultsCsv(records: readonly SweepRecord[]): string {
  const axes = Object.keys(records[0]?.axes ?? {});
  const metrics = Object.keys(records.find((record) => record.metrics)?.metrics ?? {});
  const rows = records.map((record) => [
    record.cell,
    ...axes.map((name) => field(record.axes[name])),
    ...metrics.map((name) => field(record.metrics?.[name])),
    record.error ?? "",
  ]);
  return stringify([["cell", ...axes, ...metrics, "error"], ...rows]);
}
