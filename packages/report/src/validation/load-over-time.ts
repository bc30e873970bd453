/**
 * @module
 * Running and waiting requests over time, from when each was taken in, first scheduled and done.
 */
import type { RequestResult } from "@tandem-sim/engine";
import type { LoadSample, RecordedRequest } from "./recorded-run.js";

/** Times of one request, s from the start of its run. */
interface Stay {
  takenIn: number;
  scheduled: number;
  done: number;
}

/** The load after every change, in order of time. */
export function loadOf(stays: readonly Stay[]): LoadSample[] {
  const changes = stays
    .flatMap(({ takenIn, scheduled, done }) => [
      { s: takenIn, waiting: 1, running: 0 },
      { s: scheduled, waiting: -1, running: 1 },
      { s: done, waiting: 0, running: -1 },
    ])
    .sort((a, b) => a.s - b.s);
  const samples: LoadSample[] = [];
  let running = 0;
  let waiting = 0;
  changes.forEach((change, i) => {
    running += change.running;
    waiting += change.waiting;
    if (changes[i + 1]?.s !== change.s) samples.push({ s: change.s, running, waiting });
  });
  return samples;
}

/** Load of a simulated run. A preempted request counts as running. */
export const simulatedLoad = (results: readonly RequestResult[]): LoadSample[] =>
  loadOf(
    results.map(({ arrivalNs, queuedNs, queuingNs, endNs }) => ({
      takenIn: queuedNs / 1e9,
      scheduled: (arrivalNs + queuingNs) / 1e9,
      done: endNs / 1e9,
    })),
  );

/** Load of a recorded run, from its requests' stamps. One without `scheduled_ts` counts as waiting up to its first token. */
export function recordedLoad(requests: readonly RecordedRequest[], firstAtS: number): LoadSample[] {
  const start =
    requests.reduce((least, { queued_ts }) => Math.min(least, queued_ts), Number.POSITIVE_INFINITY) - firstAtS;
  return loadOf(
    requests.map(({ queued_ts, scheduled_ts, first_token_ts, last_token_ts }) => ({
      takenIn: queued_ts - start,
      scheduled: (scheduled_ts ?? first_token_ts) - start,
      done: last_token_ts - start,
    })),
  );
}
