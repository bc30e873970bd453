/**
 * @module
 * Seeded random batches that look like vLLM's, for measuring a fit on workloads that it has not seen.
 */
import type { GpuBatch } from "@tandem-sim/hardware";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { mersenne } from "pure-rand/generator/mersenne";

/** A family of batches. Limits are vLLM's options of the same names. */
export interface BatchFamily {
  name: string;
  kind: "decode" | "mixed";
  maxNumSeqs: number;
  maxNumBatchedTokens: number;
  /** Mean contexts are log-uniform in here, tokens. */
  context: readonly [number, number];
  /** KV tokens that the GPU holds; batches that need more do not occur. */
  kvTokens: number;
}

const limits = { maxNumSeqs: 128, maxNumBatchedTokens: 2048, context: [50, 8000], kvTokens: 600_000 } as const;

/** The first two are the usual limits. Raw bundles hold at most 128 decodes beside a prefill chunk. */
export const batchFamilies: readonly BatchFamily[] = [
  { name: "decode-only", kind: "decode", ...limits },
  { name: "mixed", kind: "mixed", ...limits },
  { name: "decode-only, 256 sequences", kind: "decode", ...limits, maxNumSeqs: 256 },
  { name: "mixed, short prompts", kind: "mixed", ...limits, context: [30, 400], maxNumBatchedTokens: 512 },
  { name: "decode-only, long contexts", kind: "decode", ...limits, context: [4000, 16000] },
  { name: "mixed, long contexts", kind: "mixed", ...limits, context: [2000, 12000] },
];

function decodes(family: BatchFamily, n: number, uniform: () => number) {
  const logUniform = (low: number, high: number): number => low * (high / low) ** uniform();
  const [shortest, longest] = family.context;
  const typical = Math.min(logUniform(shortest, longest), family.kvTokens / Math.max(1, n));
  // From equal lengths to a spread of a factor of e either way, as a mix of chats has it.
  const spread = uniform();
  let sum = 0;
  let max = 0;
  let min = Number.POSITIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const length = Math.max(1, Math.round(typical * Math.exp(spread * (uniform() + uniform() + uniform() - 1.5))));
    sum += length;
    max = Math.max(max, length);
    min = Math.min(min, length);
  }
  return n === 0
    ? { nDecode: 0, kvDecodeMean: 0, kvDecodeMax: 0, kvDecodeMin: 0 }
    : { nDecode: n, kvDecodeMean: Math.floor(sum / n), kvDecodeMax: max, kvDecodeMin: min };
}

/** Prefill fills the token budget half of the time; most prompts have nothing cached yet. */
function prefill(family: BatchFamily, nDecode: number, uniform: () => number) {
  const room = Math.max(2, family.maxNumBatchedTokens - nDecode);
  const kind = uniform();
  const share = kind < 0.5 ? 1 : kind < 0.75 ? uniform() : (2 / room) ** uniform();
  const prefillChunk = Math.max(2, Math.floor(room * share));
  const prefills = 1 + Math.floor(uniform() * Math.min(4, prefillChunk / 2));
  const kvPrefill = uniform() < 0.5 ? 0 : Math.floor(Math.min(200 * 40 ** uniform(), family.context[1]));
  return { prefillChunk, prefills, kvPrefill };
}

/** `count` batches of a family; the same seed gives the same batches. */
export function sampleBatches(family: BatchFamily, count: number, seed: number): GpuBatch[] {
  const generator = mersenne(seed);
  const uniform = (): number => uniformFloat64(generator);
  return Array.from({ length: count }, () => {
    if (family.kind === "decode") {
      const n = 1 + Math.floor(uniform() * family.maxNumSeqs);
      return { prefillChunk: 0, kvPrefill: 0, prefills: 0, ...decodes(family, n, uniform) };
    }
    const n = Math.floor(uniform() * family.maxNumSeqs);
    return { ...prefill(family, n, uniform), ...decodes(family, n, uniform) };
  });
}
