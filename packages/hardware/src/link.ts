/**
 * @module
 * Between GPU and PIM: what attention takes in and gives out per layer, and how long that is on a link, full duplex.
 */
import type { AttentionShape } from "@tandem-sim/schemas";
import { kvBytesPerLayer } from "./kv-bytes.js";

/** Bytes of one layer that go in and out of PIM. */
export interface OffloadBytes {
  /** q, k and v of `tokens` whose attention runs on PIM. */
  upBytes(tokens: number): number;
  /** k and v only: a prefill whose attention stays on the GPU. */
  kvBytes(tokens: number): number;
  /** The attention output of `tokens`. */
  downBytes(tokens: number): number;
  /** Partial results of striped attention: of each an output, and the maximum and the sum of its softmax. */
  partialBytes(partials: number): number;
}

/** Costs of one instance's share of the link. Sizes are bytes, times whole ns. */
export interface LinkCosts extends OffloadBytes {
  /** One transfer, at least 1 ns; 0 bytes take no time. */
  transferNs(bytes: number): number;
}

/** Bytes of the maximum and the sum of a softmax over a part of a context, 32 bits each. */
const SOFTMAX_STATE_BYTES = 8;

/**
 * @param activationBytes bytes of an activation element
 * @param kvElementBytes bytes of a K or V element
 */
export function offloadBytes(shape: AttentionShape, activationBytes: number, kvElementBytes: number): OffloadBytes {
  const query = shape.headDim * shape.heads * activationBytes;
  const kv = kvBytesPerLayer(shape, kvElementBytes);
  return {
    upBytes: (tokens) => tokens * (query + kv),
    kvBytes: (tokens) => tokens * kv,
    downBytes: (tokens) => tokens * query,
    partialBytes: (partials) => partials * (query + shape.heads * SOFTMAX_STATE_BYTES),
  };
}

/** One transfer over a link of so many GB/s, whole ns and at least 1; 0 bytes take no time. */
export const transferNs = (bytes: number, bandwidthGBps: number, latencyNs: number): number =>
  bytes === 0 ? 0 : Math.max(1, Math.round(latencyNs + bytes / bandwidthGBps));

/**
 * @param bandwidthGBps GB/s (1e9) each way, the instance's share
 * @param latencyNs per transfer
 * @param activationBytes bytes of an activation element
 * @param kvElementBytes bytes of a K or V element
 *
 * @example
 * const link = createLinkCosts({ heads: 32, kvHeads: 8, headDim: 128 }, 64, 1000, 2, 2);
 * link.upBytes(1); // 128 * (32 * 2 + 2 * 8 * 2) = 12288
 */
export function createLinkCosts(
  shape: AttentionShape,
  bandwidthGBps: number,
  latencyNs: number,
  activationBytes: number,
  kvElementBytes: number,
): LinkCosts {
  return {
    ...offloadBytes(shape, activationBytes, kvElementBytes),
    transferNs: (bytes) => transferNs(bytes, bandwidthGBps, latencyNs),
  };
}
