/**
 * @module
 * Which cells nobody beats: those that no other is at least as good as by every objective, and better by one.
 */
import type { SweepRecord } from "@tandem-sim/schemas";

/** What a sweep is judged by: one of its figures, and which way is better. */
export interface Objective {
  name: "latency" | "throughput" | "energy" | "cost";
  metric: string;
  better: "less" | "more";
}

/** The figures that stand for an objective, the first that a sweep kept. */
const candidates: readonly (Omit<Objective, "metric"> & { metrics: readonly RegExp[] })[] = [
  {
    name: "latency",
    better: "less",
    metrics: [/^tpot_ms\./, /^ttft_ms\./, /^latency_ms\./, /^itl_ms\./, /^makespan_ns$/],
  },
  { name: "throughput", better: "more", metrics: [/^goodput\.requests_s$/, /^throughput\./] },
  { name: "energy", better: "less", metrics: [/^energy\.j_per_token$/, /^energy_j\.total$/] },
  { name: "cost", better: "less", metrics: [/^cost_usd$/] },
];

/** What these results can be judged by: objectives that some cell has a number for. */
export function objectivesOf(records: readonly SweepRecord[]): Objective[] {
  const known = new Set(
    records.flatMap(({ metrics = {} }) =>
      Object.entries(metrics).flatMap(([name, value]) => (typeof value === "number" ? [name] : [])),
    ),
  );
  return candidates.flatMap(({ name, better, metrics }) => {
    const metric = metrics.flatMap((pattern) => [...known].filter((one) => pattern.test(one)))[0];
    return metric === undefined ? [] : [{ name, better, metric }];
  });
}

/** What a cell has of each objective, less is better; null where one is missing. */
function figuresOf({ metrics = {} }: SweepRecord, objectives: readonly Objective[]): number[] | null {
  const figures = objectives.map(({ metric, better }) => {
    const value = metrics[metric];
    return typeof value === "number" ? value * (better === "less" ? 1 : -1) : Number.NaN;
  });
  return figures.some(Number.isNaN) ? null : figures;
}

const dominates = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((figure, i) => figure <= (b[i] ?? 0)) && a.some((figure, i) => figure < (b[i] ?? 0));

/** Cells on the front, in grid order. Those without a figure for every objective are not compared. */
export function paretoFront(records: readonly SweepRecord[], objectives: readonly Objective[]): SweepRecord[] {
  const judged = records.flatMap((record) => {
    const figures = figuresOf(record, objectives);
    return figures ? [{ record, figures }] : [];
  });
  return judged
    .filter(({ figures }) => !judged.some((other) => dominates(other.figures, figures)))
    .map(({ record }) => record);
}
