/**
 * @module
 * What a workload is like, in a few numbers.
 */
import { quantile } from "d3-array";
import { arrivalSpan } from "./arrivals.js";
import { BlockNumbers } from "./block-numbers.js";
import { countRequests, hashIdsOf, type RequestChunk } from "./request-chunk.js";

/** Token counts of all requests. Quantiles are linear between neighbours, as numpy's. */
export interface LengthSummary {
  readonly total: number;
  readonly mean: number;
  readonly min: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

/** Prompt tokens that a prefix cache of infinite size, filled the moment a request arrives, would save. */
export interface PrefixHits {
  readonly blockSize: number;
  readonly tokens: number;
  /** Of all prompt tokens. */
  readonly share: number;
}

/** A workload in numbers. */
export interface WorkloadDescription {
  readonly requests: number;
  /** From the first arrival to the last. */
  readonly durationNs: number;
  /** (requests - 1) / duration; null where all arrive at once. */
  readonly requestsPerSecond: number | null;
  readonly inputTokens: LengthSummary;
  readonly outputTokens: LengthSummary;
  /** Share of requests with token ids. */
  readonly withTokenIds: number;
  /** Upper bound of what prefix caching can do; real caches evict, and computing takes time. */
  readonly prefixHits: PrefixHits;
}

function summarize(parts: readonly Int32Array[], count: number): LengthSummary {
  const lengths = new Int32Array(count);
  let filled = 0;
  for (const part of parts) {
    lengths.set(part, filled);
    filled += part.length;
  }
  const total = lengths.reduce((sum, tokens) => sum + tokens, 0);
  const at = (q: number): number => quantile(lengths, q) ?? Number.NaN;
  return { total, mean: total / count, min: at(0), median: at(0.5), p90: at(0.9), max: at(1) };
}

const noBlocks = new Int32Array(0);

/** Whether anything is known of what a request's tokens are. */
const hasIds = ({ tokenOffsets, hashIds }: RequestChunk, row: number): boolean =>
  hashIds ? hashIdsOf(hashIds, row).length > 0 : (tokenOffsets?.[row + 1] ?? 0) > (tokenOffsets?.[row] ?? 0);

/** Hits of every request in what came before it. As in vLLM, the last prompt token is always computed. */
function countPrefixHits(chunks: readonly RequestChunk[], blockSize: number): number {
  const numbers = new BlockNumbers();
  let seen = new Uint8Array(1 << 16);
  let hitTokens = 0;
  for (const chunk of chunks) {
    for (let row = 0; row < chunk.count; row++) {
      const blocks = numbers.of(chunk, row, blockSize) ?? noBlocks;
      const cacheable = Math.floor(((chunk.inputTokens[row] ?? 0) - 1) / blockSize);
      const known = blocks.findIndex((block) => !seen[block]);
      hitTokens += Math.min(cacheable, known < 0 ? blocks.length : known) * blockSize;
      const greatest = blocks.reduce((most, block) => Math.max(most, block), 0);
      if (greatest >= seen.length) {
        const larger = new Uint8Array(2 * greatest);
        larger.set(seen);
        seen = larger;
      }
      for (const block of blocks) seen[block] = 1;
    }
  }
  return hitTokens;
}

/**
 * Describes a workload, which must hold at least one request and be in order of arrival.
 *
 * @param blockSize tokens of a KV block, what prefix hits are counted in
 * @example
 * describeWorkload(await loadWorkload("requests.jsonl"), 16).inputTokens.mean;
 */
export function describeWorkload(chunks: readonly RequestChunk[], blockSize = 16): WorkloadDescription {
  const requests = countRequests(chunks);
  const { firstNs, lastNs } = arrivalSpan(chunks);
  const durationNs = lastNs - firstNs;
  const inputTokens = summarize(
    chunks.map((chunk) => chunk.inputTokens),
    requests,
  );
  const outputTokens = summarize(
    chunks.map((chunk) => chunk.outputTokens),
    requests,
  );
  let withIds = 0;
  for (const chunk of chunks) for (let row = 0; row < chunk.count; row++) if (hasIds(chunk, row)) withIds++;
  const tokens = countPrefixHits(chunks, blockSize);
  return {
    requests,
    durationNs,
    requestsPerSecond: durationNs > 0 ? ((requests - 1) * 1e9) / durationNs : null,
    inputTokens,
    outputTokens,
    withTokenIds: withIds / requests,
    prefixHits: { blockSize, tokens, share: tokens / inputTokens.total },
  };
}
