/**
 * @module
 * What a workload is like, in a few numbers.
 */
import { arrivalSpan } from "./arrivals.js";
import { blockHashChain } from "./block-hashes.js";
import { createHashSet } from "./hash-set.js";
import { countRequests, type RequestChunk } from "./request-chunk.js";

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

function quantile(sorted: Int32Array, q: number): number {
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}

function summarize(parts: readonly Int32Array[], count: number): LengthSummary {
  const sorted = new Int32Array(count);
  let filled = 0;
  for (const part of parts) {
    sorted.set(part, filled);
    filled += part.length;
  }
  sorted.sort();
  const total = sorted.reduce((sum, tokens) => sum + tokens, 0);
  return {
    total,
    mean: total / count,
    min: sorted[0],
    median: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    max: sorted[count - 1],
  };
}

/** Hits of every request in what came before it. As in vLLM, the last prompt token is always computed. */
function countPrefixHits(chunks: readonly RequestChunk[], blockSize: number): number {
  const seen = createHashSet();
  let hitTokens = 0;
  for (const { count, inputTokens, tokenIds, tokenOffsets } of chunks) {
    if (!tokenIds || !tokenOffsets) continue;
    for (let i = 0; i < count; i++) {
      const chain = blockHashChain(tokenIds, tokenOffsets[i], tokenOffsets[i + 1], blockSize);
      const cacheable = Math.floor((inputTokens[i] - 1) / blockSize);
      let hits = 0;
      while (hits < Math.min(cacheable, chain.length) && seen.has(chain[hits])) hits++;
      hitTokens += hits * blockSize;
      for (const hash of chain) seen.add(hash);
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
  for (const { count, tokenOffsets } of chunks) {
    for (let i = 0; tokenOffsets && i < count; i++) if (tokenOffsets[i + 1] > tokenOffsets[i]) withIds++;
  }
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
