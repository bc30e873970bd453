/**
 * @module
 * A workload as a simulation consumes it: its totals are known before anything runs, its requests come chunk by chunk.
 */
import { type ArrivalSpan, arrivalRescaling, arrivalSpan } from "./arrivals.js";
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
