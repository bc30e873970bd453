/**
 * @module
 * What a calibration is fitted to: stretches of each request's life in which the engine worked for it, on both sides. From
 * when it was scheduled to its first token, and from there to its last; waiting in the queue is other requests' work.
 */
import type { RequestResult } from "@tandem-sim/engine";
import type { RecordedRequest, RecordedRun } from "../validation/recorded-run.js";

export interface Stretch {
  kind: "ttft" | "tpot";
  instanceId: number;
  /** In the simulation. */
  fromNs: number;
  toNs: number;
  /** How long the same took in the recording. */
  recordedNs: number;
}

/** Nobody stamps shorter ones to a percent. */
const leastNs = 1e6;
/** Where a recording does not say when a request was scheduled: a request that waited longer is left out, share of TTFT. */
const mostWaiting = 0.2;

/** Where prefill starts, on both sides the same event; null where a recording does not say and the request had to wait. */
function prefillStart(result: RequestResult, recorded: RecordedRequest, seenBy: RecordedRun["seenBy"]) {
  const { arrivalNs, queuedNs, queuingNs, ttftNs } = result;
  if (recorded.scheduled_ts != null) return { simulatedNs: arrivalNs + queuingNs, recordedS: recorded.scheduled_ts };
  const simulatedNs = seenBy === "client" ? arrivalNs : queuedNs;
  const waitedNs = arrivalNs + queuingNs - queuedNs;
  return waitedNs > mostWaiting * ttftNs ? null : { simulatedNs, recordedS: recorded.queued_ts };
}

/** The stretches of one request, of those that both sides have. */
export function stretchesOf(
  result: RequestResult,
  recorded: RecordedRequest,
  seenBy: RecordedRun["seenBy"],
): Stretch[] {
  const { instanceId, arrivalNs, ttftNs, endNs } = result;
  const firstNs = arrivalNs + ttftNs;
  const start = prefillStart(result, recorded, seenBy);
  const { first_token_ts: firstS, last_token_ts: lastS } = recorded;
  const prefill: Stretch[] = start
    ? [
        {
          ...{ kind: "ttft", instanceId, fromNs: start.simulatedNs, toNs: firstNs },
          recordedNs: (firstS - start.recordedS) * 1e9,
        },
      ]
    : [];
  const decode: Stretch = {
    ...{ kind: "tpot", instanceId, fromNs: firstNs, toNs: endNs },
    recordedNs: (lastS - firstS) * 1e9,
  };
  return [...prefill, decode].filter(
    ({ fromNs, toNs, recordedNs }) => toNs - fromNs >= leastNs && recordedNs >= leastNs,
  );
}
