/**
 * @module
 * Attention on one PIM channel. Newton-style command flow: write the input vector, activate all banks in lock step, COMP
 * per column, read results out, refresh. K lies row-wise over the banks, V transposed. Times are ns.
 */
import { queriesOfRow, refreshShare } from "./refresh.js";
import type { PimTiming } from "./timing.js";

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
  /** Opening rows, less what of it runs while the last columns of the row before are computed. */
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
  const lanes = timing.slotBytes / elementBytes;
  const kTiles = Math.ceil(context / timing.banks);
  const kRows = Math.ceil((kTiles * headDim) / rowElements);
  const kComps = Math.ceil(headDim / lanes);
  const vTiles = Math.ceil(headDim / timing.banks);
  const vRows = Math.ceil(context / rowElements);
  const rows = (heads / share) * (kRows + vTiles * vRows);
  const comps = heads * (kTiles * kComps + vTiles * Math.ceil(context / lanes));
  const drains = heads * (kTiles + vTiles * vRows);
  const inputs = heads * (headDim / rowElements + vRows);
  const computeNs = comps * timing.columnNs;
  const readOutNs = drains * timing.drainNs;
  const inputNs = inputs * timing.inputNs;

  const tileNs = kComps * timing.columnNs + timing.drainNs;
  const kTileColumnsNs = kComps * timing.columnNs;
  const kRow = queriesOfRow(timing, share, Math.min(kTiles, rowElements / headDim) * tileNs, kTileColumnsNs);
  const vRow = (elements: number) => {
    const columnsNs = Math.ceil(elements / lanes) * timing.columnNs;
    return queriesOfRow(timing, share, columnsNs + timing.drainNs, columnsNs);
  };
  const vFullRow = vRow(rowElements);
  const vLastRow = vRow(context - (vRows - 1) * rowElements);
  const kOpenings = (heads / share) * kRows;
  const vColumns = (heads / share) * vTiles;
  const hiddenNs = kOpenings * kRow.hiddenNs + vColumns * ((vRows - 1) * vFullRow.hiddenNs + vLastRow.hiddenNs);
  const activationNs = rows * timing.rowNs - hiddenNs;
  const busyNs = activationNs + computeNs + readOutNs + inputNs;

  const kOpeningNs = timing.rowNs - kRow.hiddenNs;
  const kShareOfRow = (heads * ((kRows / share) * kOpeningNs + kTiles * tileNs)) / kRow.totalNs;
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
