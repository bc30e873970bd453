/**
 * @module
 * Attention on one PIM channel. Newton-style command flow: write the input vector, activate all banks in lock step, COMP
 * per column, read results out, refresh. K lies row-wise over the banks, V transposed. Times are ns.
 */
import { queriesOfRow, refreshShare } from "./refresh.js";
import type { PimTiming } from "./timing.js";

/** Bytes that the compute unit of one bank takes per column slot; the width of Newton's and AiM's MAC trees. */
export const LANE_BYTES = 16;

/** The part of a model's attention that one channel holds. */
export interface PimShape {
  /** Query heads on the channel. */
  heads: number;
  /** KV heads on the channel. */
  kvHeads: number;
  headDim: number;
  /** Bytes of one K or V element. */
  elementBytes: number;
  /** Query vectors served per row activation. */
  share: number;
}

/** Commands of one attention over L tokens on one channel, and the time that each kind takes. */
export interface PimAttention {
  /** Row openings of all banks. */
  rows: number;
  /** COMP column slots of all banks. */
  comps: number;
  /** Result bursts read out. */
  drains: number;
  /** Input vectors written. */
  inputs: number;
  activationNs: number;
  computeNs: number;
  readOutNs: number;
  inputNs: number;
  refreshNs: number;
  /** Whole ns. */
  totalNs: number;
}

/**
 * Attention of one query token over `context` tokens, one layer, one channel. K lies row-wise over the banks, a token per
 * bank and tile; V is transposed, an element of the head dimension per bank and tile, the context along the row.
 */
export function pimAttention(timing: PimTiming, shape: PimShape, context: number): PimAttention {
  const { heads, headDim, elementBytes, share } = shape;
  const rowElements = timing.rowBytesPerDevice / elementBytes;
  const lanes = LANE_BYTES / elementBytes;
  const kTiles = Math.ceil(context / timing.banks);
  const kRows = Math.ceil((kTiles * headDim) / rowElements);
  const kComps = Math.ceil(headDim / lanes);
  const vTiles = Math.ceil(headDim / timing.banks);
  const vRows = Math.ceil(context / rowElements);
  const rows = (heads / share) * (kRows + vTiles * vRows);
  const comps = heads * (kTiles * kComps + vTiles * Math.ceil(context / lanes));
  const drains = heads * (kTiles + vTiles * vRows);
  const inputs = heads * (headDim / rowElements + vRows);
  const activationNs = rows * timing.rowNs;
  const computeNs = comps * timing.columnNs;
  const readOutNs = drains * timing.drainNs;
  const inputNs = inputs * timing.inputNs;
  const busyNs = activationNs + computeNs + readOutNs + inputNs;

  const tileNs = kComps * timing.columnNs + timing.drainNs;
  const kRow = queriesOfRow(timing, share, Math.min(kTiles, rowElements / headDim) * tileNs);
  const vFullRow = queriesOfRow(timing, share, Math.ceil(rowElements / lanes) * timing.columnNs + timing.drainNs);
  const vLastElements = context - (vRows - 1) * rowElements;
  const vLastRow = queriesOfRow(timing, share, Math.ceil(vLastElements / lanes) * timing.columnNs + timing.drainNs);
  const kShareOfRow = (heads * ((kRows / share) * timing.rowNs + kTiles * tileNs)) / kRow.totalNs;
  const vColumns = (heads / share) * vTiles;
  const overRows = (figure: "squares" | "betweenNs"): number =>
    kShareOfRow * kRow[figure] + vColumns * ((vRows - 1) * vFullRow[figure] + vLastRow[figure]);
  const squares = overRows("squares") + inputNs * timing.inputNs;
  const exactNs = busyNs / (1 - refreshShare(timing, squares / busyNs, overRows("betweenNs") / busyNs));
  return {
    rows,
    comps,
    drains,
    inputs,
    activationNs,
    computeNs,
    readOutNs,
    inputNs,
    refreshNs: exactNs - busyNs,
    totalNs: Math.max(1, Math.round(exactNs)),
  };
}

/** Contexts after which the tiles of K and of V repeat, tokens: per-token figures of long contexts are means over it. */
export const pimTilePeriod = (timing: PimTiming, shape: PimShape): number =>
  timing.banks * (timing.rowBytesPerDevice / shape.elementBytes);

/** Time of one more context token, ns: the slope of T(L) over a whole number of tiles. */
export function pimSlopeNs(timing: PimTiming, shape: PimShape): number {
  const period = pimTilePeriod(timing, shape);
  const ns = (context: number): number => pimAttention(timing, shape, context).totalNs;
  return (ns(2 * period) - ns(period)) / period;
}
