/**
 * @module
 * A workload as a simulation consumes it: its totals are known before anything runs, its requests come chunk by chunk.
 */
import { type ArrivalProcess, type ArrivalSpan, arrivalRescaling, arrivalSpan, createArrivals } from "./arrivals.js";
import { createRandom } from "./random.js";
import { countRequests, type RequestChunk } from "./request-chunk.js";

/** Requests of known number and span, wherever they lie. */
export interface Workload extends ArrivalSpan {
  /** Tokens that all requests together generate. */
  readonly outputTokens: number;
  /** The requests in order of arrival; every call begins with the first. */
  chunks(): Iterable<RequestChunk> | AsyncIterable<RequestChunk>;
}

/** Tokens that the requests of a chunk generate. */
export const outputTokensOf = ({ outputTokens }: RequestChunk): number =>
  outputTokens.reduce((sum, tokens) => sum + tokens, 0);

/**
 * A workload in memory.
 *
 * @param chunks in order of arrival
 */
export const heldWorkload = (chunks: readonly RequestChunk[]): Workload => ({
  requests: countRequests(chunks),
  outputTokens: chunks.reduce((total, chunk) => total + outputTokensOf(chunk), 0),
  ...arrivalSpan(chunks),
  chunks: () => chunks,
});

/** The same requests at another mean rate. @throws {TandemError} as `rescaleArrivals` */
export function rescaleWorkload(workload: Workload, requestsPerSecond: number): Workload {
  const rescaled = arrivalRescaling(workload, requestsPerSecond);
  return {
    ...workload,
    lastNs: rescaled(workload.lastNs),
    async *chunks() {
      for await (const chunk of workload.chunks()) yield { ...chunk, arrivalNs: chunk.arrivalNs.map(rescaled) };
    },
  };
}

/**
 * The same requests in the same order, at arrivals from a seed with a mean gap of a second: what `rescaleWorkload` then
 * brings to any rate.
 *
 * @throws {TandemError} E_USAGE as `createArrivals`
 */
export function redrawWorkload(workload: Workload, process: ArrivalProcess, seed: number): Workload {
  const draws = () => createArrivals({ process, requestsPerSecond: 1 }, createRandom(seed, "arrivals"));
  const drawn = draws();
  const arrivalsNs = Array.from({ length: workload.requests }, drawn);
  return {
    ...workload,
    firstNs: arrivalsNs.at(0) ?? workload.firstNs,
    lastNs: arrivalsNs.at(-1) ?? workload.lastNs,
    async *chunks() {
      const next = draws();
      for await (const chunk of workload.chunks()) yield { ...chunk, arrivalNs: chunk.arrivalNs.map(next) };
    },
  };
}
