/**
 * @module
 * Attention time of a batch on the GPU: that of an even batch, and what uneven decode lengths add to it.
 */
import type { GpuProfile } from "@tandem-sim/schemas";
import { type AttentionLookup, evenAttention } from "./even-attention.js";
import { roundHalfEven } from "./layer-curve.js";
import { type SkewAlpha, skewAlpha } from "./skew-alpha.js";

/**
 * Attention time of a batch in whole ns, at least 1.
 *
 * @param prefillChunk new tokens of all prefill requests
 * @param kvPrefill cached tokens of all prefill requests
 * @param nDecode requests that decode one token
 * @param kvDecodeMean mean context of the decodes, rounded down
 * @param kvDecodeMax longest context of the decodes
 * @param kvDecodeMin shortest context of the decodes
 */
export type AttentionNs = (
  prefillChunk: number,
  kvPrefill: number,
  nDecode: number,
  kvDecodeMean: number,
  kvDecodeMax: number,
  kvDecodeMin: number,
) => number;

/** What an even batch takes, with what uneven decode lengths add, as {@link AttentionNs}. */
export function withSkew(even: AttentionLookup, alphaOf: SkewAlpha): AttentionNs {
  const whole: AttentionLookup = (chunk, kvPrefill, n, kvDecode) =>
    Math.max(1, Math.floor(even(chunk, kvPrefill, n, kvDecode)));
  return (chunk, kvPrefill, n, mean, max, min) => {
    const atMean = whole(chunk, kvPrefill, n, mean);
    if (n <= 1 || max === mean) return atMean;
    const rate = Math.min(1, Math.max(0, (mean - min) / (max - min)));
    const alpha = alphaOf(chunk, kvPrefill, n, rate, max);
    if (alpha === 0) return atMean;
    const atMax = whole(chunk, kvPrefill, n, max);
    return atMax <= atMean ? atMean : Math.max(1, roundHalfEven(atMean + alpha * (atMax - atMean)));
  };
}

/** Of profiles that were asked for before: to sort the samples of one takes longer than the rest of a plan. */
const known = new WeakMap<GpuProfile, AttentionNs>();

/** @throws {TandemError} E_SCHEMA without samples, or with a sample given twice */
export function attentionCost(profile: GpuProfile): AttentionNs {
  const cost = known.get(profile) ?? withSkew(evenAttention(profile), skewAlpha(profile.skew));
  known.set(profile, cost);
  return cost;
}
