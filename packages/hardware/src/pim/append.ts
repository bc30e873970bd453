/**
 * @module
 * Storing K and V on one PIM channel. Times are ns.
 */
import type { PimShape } from "./attention.js";
import type { PimTiming } from "./timing.js";

/** Commands of writing K and V of new tokens, one layer, one channel, and their time. */
export interface PimAppend {
  /** Row openings of all banks. */
  rows: number;
  /** Column writes, each a burst to one bank. */
  writes: number;
  /** Whole ns. */
  totalNs: number;
}

/**
 * Writing K and V of `tokens` new tokens behind `context` old ones, one layer, one channel. Tokens that share a row of V
 * are one run: V is transposed, so a run opens a row in every bank for each tile of the head dimension, and takes a write
 * for each of its elements; K takes as many bursts as it has bytes.
 */
export function pimAppend(timing: PimTiming, shape: PimShape, context: number, tokens: number): PimAppend {
  const { kvHeads, headDim, elementBytes } = shape;
  const rowElements = timing.rowBytesPerDevice / elementBytes;
  const burstElements = timing.burstBytes / elementBytes;
  let rows = 0;
  let writes = 0;
  for (let at = context; at < context + tokens; ) {
    const runEnd = Math.min(context + tokens, (Math.floor(at / rowElements) + 1) * rowElements);
    const run = runEnd - at;
    rows += Math.ceil(headDim / timing.banks) + Math.ceil((Math.ceil(run / timing.banks) * headDim) / rowElements);
    writes += headDim * Math.ceil(run / burstElements) + run * Math.ceil(headDim / burstElements);
    at = runEnd;
  }
  rows *= kvHeads;
  writes *= kvHeads;
  return { rows, writes, totalNs: Math.round(rows * timing.rowAfterWriteNs + writes * timing.writeNs) };
}

/** The time of {@link pimAppend}, whole ns. */
export const pimAppendNs = (timing: PimTiming, shape: PimShape, context: number, tokens: number): number =>
  pimAppend(timing, shape, context, tokens).totalNs;
