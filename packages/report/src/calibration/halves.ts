/**
 * @module
 * A recorded run and its simulations in two halves, by arrival: one to fit on, one that the fit has not seen. The whole run
 * is simulated either way; only what is compared is divided.
 */
import type { RequestResult } from "@tandem-sim/engine";
import { TandemError } from "@tandem-sim/schemas";
import { type RequestLatencies, simulatedLatencies } from "../validation/metric-errors.js";
import type { RecordedRequest, RecordedRun } from "../validation/recorded-run.js";

export interface Halves<T> {
  fitted: T[];
  heldOut: T[];
}

/** Fewer in a half have no distribution to speak of. */
const leastRequests = 20;

/** @param values in order of arrival */
export function halvesOf<T>(values: readonly T[]): Halves<T> {
  const half = values.length >> 1;
  return { fitted: values.slice(0, half), heldOut: values.slice(half) };
}

/** @throws {TandemError} E_SCHEMA for a run that is too short to fit anything to */
export function checkLength({ dir }: RecordedRun, requests: number): void {
  if (requests >= 2 * leastRequests) return;
  throw new TandemError("E_SCHEMA", `${requests} requests are too few to fit on one half and judge on the other`, {
    where: dir,
    hint: `at least ${2 * leastRequests}; some hundred give steady figures`,
  });
}

/**
 * Another recording of the same requests, by arrival.
 *
 * @param order requests of the first recording, by arrival
 * @throws {TandemError} E_SCHEMA where it is of another load
 */
export function sameRequests({ dir, requests }: RecordedRun, order: readonly RecordedRequest[]): RecordedRequest[] {
  const byIndex = new Map(requests.map((request) => [request.index, request]));
  return order.map(({ index, input_toks, output_toks }) => {
    const own = byIndex.get(index);
    if (own?.input_toks === input_toks && own.output_toks === output_toks) return own;
    throw new TandemError(
      "E_SCHEMA",
      own
        ? `request ${index} has ${own.input_toks} + ${own.output_toks} tokens, in the first recording ${input_toks} + ${output_toks}`
        : `request ${index} of the first recording is missing`,
      { where: dir, hint: "several recordings are of one load" },
    );
  });
}

/** Latencies of a simulation as the recorded run counts them, by arrival. @param results by request */
export const simulatedAs = ({ seenBy }: RecordedRun, results: readonly RequestResult[]): RequestLatencies[] =>
  results.map((result) => simulatedLatencies(result, seenBy));
