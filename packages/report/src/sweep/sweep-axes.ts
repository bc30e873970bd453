/**
 * @module
 * The axes of a sweep's results, and which of them a drawing shows how.
 */
import type { SweepRecord } from "@tandem-sim/schemas";

/** An axis with its values as texts, in grid order. */
export interface SweepAxis {
  name: string;
  values: readonly string[];
  /** All values are numbers. */
  numeric: boolean;
}

/** The value of a cell on an axis, as text. */
export function valueText({ axes }: SweepRecord, name: string): string {
  const value = axes[name];
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Axes with more than one value. */
export const axesOf = (records: readonly SweepRecord[]): SweepAxis[] =>
  Object.keys(records[0]?.axes ?? {}).flatMap((name) => {
    const values = [...new Set(records.map((record) => valueText(record, name)))];
    const numeric = records.every(({ axes }) => typeof axes[name] === "number");
    return values.length > 1 ? [{ name, values, numeric }] : [];
  });

/** Figures that are numbers in some cell. */
export const metricsOf = (records: readonly SweepRecord[]): string[] => [
  ...new Set(
    records.flatMap(({ metrics = {} }) =>
      Object.entries(metrics).flatMap(([name, value]) => (typeof value === "number" ? [name] : [])),
    ),
  ),
];

/** A figure of a cell; null where it has none. */
export function numberOf({ metrics = {} }: SweepRecord, metric: string): number | null {
  const value = metrics[metric];
  return typeof value === "number" ? value : null;
}

const longest = (axes: readonly SweepAxis[]): SweepAxis | undefined =>
  axes.reduce<SweepAxis | undefined>((a, b) => (a && a.values.length >= b.values.length ? a : b), undefined);

/** What lines are drawn over: the numeric axis with most values; undefined where there is none. */
export const lineAxis = (axes: readonly SweepAxis[]): SweepAxis | undefined =>
  longest(axes.filter(({ numeric }) => numeric));

/** What tells kinds of cells apart: the mode, or else the first axis that is no number. */
export const kindAxis = (axes: readonly SweepAxis[]): SweepAxis | undefined =>
  axes.find(({ name }) => name === "mode") ?? axes.find(({ numeric }) => !numeric);

/** The two axes with most values, for a map; undefined where there are fewer. */
export function mapAxes(axes: readonly SweepAxis[]): readonly [column: SweepAxis, row: SweepAxis] | undefined {
  const column = longest(axes);
  const row = longest(axes.filter((axis) => axis !== column));
  return column && row && [column, row];
}

/** Cells in groups that agree on these axes: `mode=auto, tp=2`, or nothing where there are no axes. */
export function groupedBy(records: readonly SweepRecord[], axes: readonly SweepAxis[]): Map<string, SweepRecord[]> {
  const groups = new Map<string, SweepRecord[]>();
  for (const record of records) {
    const name = axes.map((axis) => `${axis.name}=${valueText(record, axis.name)}`).join(", ");
    const group = groups.get(name);
    if (group) group.push(record);
    else groups.set(name, [record]);
  }
  return groups;
}
