/**
 * @module
 * When requests arrive in a replay: as the workload has it, or as the recorded client sent them.
 */
import type { RecordedRequest } from "./recorded-run.js";

export const arrivalSources = ["planned", "recorded"] as const;

/** `planned`: the workload's arrivals, as `tandem run` takes them. `recorded`: the client's stamps. */
export type ArrivalSource = (typeof arrivalSources)[number];

/**
 * Largest deviation of a client that still counts as having kept the workload's arrivals, s. An iteration of a loaded
 * engine takes as long, and requests that arrive within one iteration join the same batch.
 */
const ON_TIME_S = 0.1;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Greatest deviation of a client from the plan, s, the delay of all taken off; null where it left no stamps. */
export function latenessS(requests: readonly { recorded: RecordedRequest; arrivalNs: number }[]): number | null {
  const late = requests.map(({ recorded, arrivalNs }) => (recorded.arrival_time ?? Number.NaN) - arrivalNs / 1e9);
  if (late.some(Number.isNaN)) return null;
  const usual = median(late);
  return late.reduce((most, s) => Math.max(most, Math.abs(s - usual)), 0);
}

/**
 * The workload's arrivals make the simulated side exactly what `tandem run` predicts from the same files. Where the
 * client did not keep them, the engine had other work than planned, and only its own stamps replay that.
 */
export const chooseArrivals = (lateS: number | null): ArrivalSource =>
  lateS === null || lateS <= ON_TIME_S ? "planned" : "recorded";

/** Recorded arrivals in whole ns after the first: the client's, or the engine's where the client left no stamps. */
export function recordedArrivalsNs(requests: readonly RecordedRequest[]): number[] {
  const sent = requests.flatMap(({ arrival_time }) => arrival_time ?? []);
  const seconds = sent.length === requests.length ? sent : requests.map(({ queued_ts }) => queued_ts);
  const first = seconds.reduce((least, s) => Math.min(least, s), Number.POSITIVE_INFINITY);
  return seconds.map((s) => Math.round((s - first) * 1e9));
}
