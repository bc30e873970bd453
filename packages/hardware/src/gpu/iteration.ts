/**
 * @module
 * Time of one iteration of the whole model on the GPU alone.
 */
import type { GpuCosts } from "./costs.js";

/** A batch, as the GPU's cost model takes it. Contexts are tokens; without decodes they are 0. */
export interface GpuBatch {
  /** New tokens of all prefill requests, their cached ones, and the number of these requests. */
  prefillChunk: number;
  kvPrefill: number;
  prefills: number;
  nDecode: number;
  kvDecodeMean: number;
  kvDecodeMax: number;
  kvDecodeMin: number;
}

/** Attention of one decoder layer, whole ns. */
export const batchAttentionNs = (costs: GpuCosts, batch: GpuBatch): number =>
  costs.attentionNs(
    batch.prefillChunk,
    batch.kvPrefill,
    batch.nDecode,
    batch.kvDecodeMean,
    batch.kvDecodeMax,
    batch.kvDecodeMin,
  );

/**
 * Time of one iteration of `layers` decoder layers, whole ns.
 *
 * @example
 * const decode = { prefillChunk: 0, kvPrefill: 0, prefills: 0, nDecode: 8, kvDecodeMean: 512, kvDecodeMax: 512, kvDecodeMin: 512 };
 * iterationNs(costs, 32, decode);
 */
export function iterationNs(costs: GpuCosts, layers: number, batch: GpuBatch): number {
  const tokens = batch.prefillChunk + batch.nDecode;
  return (
    costs.prologueNs(tokens) +
    layers * (costs.preNs(tokens) + batchAttentionNs(costs, batch) + costs.postNs(tokens)) +
    costs.headNs(tokens, batch.prefills + batch.nDecode)
  );
}
