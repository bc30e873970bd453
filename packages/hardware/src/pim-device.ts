/**
 * @module
 * Latency of attention on one PIM channel, from a DRAM data sheet alone. Newton-style command flow: write the input
 * vector, activate all banks in lock step, COMP per column, read results out, refresh. K lies row-wise over the banks,
 * V transposed. Times are ns.
 */
import { bitsPerClock, type PimDevice, rankSizeMib, rowBytesPerDevice, TandemError } from "@tandem-sim/schemas";
import { ContextTable } from "./context-table.js";

/** Bytes that the compute unit of one bank takes per column slot; the width of Newton's and AiM's MAC trees. */
export const LANE_BYTES = 16;
/** Controller time to collect one result burst, ns. The one constant that was fitted (to four published lines). */
export const HOST_READ_NS = 12;
/** Share of the pass that a refresh meets which it costs: a refresh is never late, so no pass starts that it would meet. */
const REFRESH_SLACK = 0.5;
/** Waiting for refreshes takes no more than this share of the time beside them: a controller breaks longer passes up. */
const MAX_WAIT_SHARE = 0.15;
/** Refresh never takes more than this share of the time; beyond it the part could not hold its data. */
const MAX_REFRESH_SHARE = 0.9;
/** Column writes of one input vector. */
export const INPUT_BURSTS = 32;

/** What follows from the data sheet before any model shape is known. */
export interface PimTiming {
  ranks: number;
  /** Banks that work in lock step: all banks of all ranks. */
  banks: number;
  devicesPerRank: number;
  channelBytes: number;
  /** GB/s of the channel's bus, for ordinary reads and writes. */
  busGBps: number;
  readLatencyNs: number;
  /** One column slot of all banks. */
  columnNs: number;
  /** From one row's last column to the next row's first, all banks. */
  rowNs: number;
  /** The same after column writes: write recovery stands where read-to-precharge stood. */
  rowAfterWriteNs: number;
  /** Reading one result burst out. */
  drainNs: number;
  /** Writing one input vector. */
  inputNs: number;
  refreshNs: number;
  refreshIntervalNs: number;
  rowBytesPerDevice: number;
  /** Bytes of one burst on the channel's bus. */
  burstBytes: number;
}

/**
 * Derives the timing of a device (models.md section 3, which is where the formulas are from).
 *
 * @example
 * const timing = derivePimTiming(readPimDevice("DDR4_8GB_3200_pim.ini"));
 * timing.banks; // 16
 */
export function derivePimTiming(device: PimDevice): PimTiming {
  const { dram_structure: structure, timing, system } = device;
  const ranks = Math.max(1, Math.floor(system.channel_size / rankSizeMib(device)));
  const banksPerRank = structure.bankgroups * structure.banks_per_group;
  const burst = structure.BL / bitsPerClock(structure);
  // LPDDR spaces precharges by tPPD; elsewhere one leaves every clock.
  const prechargeGap = /^LPDDR/i.test(structure.protocol) ? (timing.tPPD ?? 1) : 1;
  const activateAll = lastActivation(structure, timing);
  const columnNs = Math.max(burst, timing.tCCD_S) * timing.tCK;
  const drainNs = (timing.CL + burst) * timing.tCK + HOST_READ_NS;
  const openAfter = (lastColumnToPrecharge: number): number =>
    (lastColumnToPrecharge + Math.max(timing.tRP, ranks * banksPerRank * prechargeGap) + activateAll + timing.tRCD) *
    timing.tCK;
  const rowCycleNs = (timing.tRAS + timing.tRP) * timing.tCK;
  return {
    ranks,
    banks: banksPerRank * ranks,
    devicesPerRank: system.bus_width / structure.device_width,
    channelBytes: ranks * rankSizeMib(device) * 2 ** 20,
    busGBps:
      ((system.bus_width / 8) * (device.other.data_rate ?? (1000 * bitsPerClock(structure)) / timing.tCK)) / 1000,
    readLatencyNs: timing.CL * timing.tCK,
    columnNs,
    // The row cycle is over when the row has been open for one column and one read-out at least.
    rowNs: Math.max(openAfter(timing.tRTP), rowCycleNs - columnNs - drainNs),
    rowAfterWriteNs: Math.max(openAfter(Math.max(timing.tRTP, timing.CWL + burst + timing.tWR)), rowCycleNs - columnNs),
    drainNs,
    inputNs: (timing.tRTP + timing.tRP + timing.tRCD + INPUT_BURSTS * (timing.tCCD_S + timing.tCCD_L)) * timing.tCK,
    refreshNs: timing.tRFC * timing.tCK,
    refreshIntervalNs: timing.tREFI * timing.tCK,
    rowBytesPerDevice: rowBytesPerDevice(structure),
    burstBytes: (structure.BL * system.bus_width) / 8,
  };
}

/**
 * Cycles from the first to the last activation of a rank's banks, which open in order of address: tRRD_L within a bank
 * group, tRRD_S to the next one, four at most in tFAW.
 */
function lastActivation(
  { bankgroups, banks_per_group }: PimDevice["dram_structure"],
  { tRRD_S, tRRD_L, tFAW }: PimDevice["timing"],
): number {
  const at: number[] = [0];
  for (let bank = 1; bank < bankgroups * banks_per_group; bank++) {
    const gap = bank % banks_per_group === 0 ? tRRD_S : tRRD_L;
    at.push(Math.max(at[bank - 1] + gap, (at[bank - 4] ?? 0) + (bank < 4 ? 0 : tFAW)));
  }
  return at[at.length - 1];
}

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

/** The queries that share an open row: `passNs` for each, the first of them opens it. */
function queriesOfRow(timing: PimTiming, share: number, passNs: number) {
  return {
    totalNs: timing.rowNs + share * passNs,
    /** Sum of squared lengths of what may not be interrupted, ns^2. */
    squares: (timing.rowNs + passNs) ** 2 + (share - 1) * passNs ** 2,
    /** Time during which a refresh would find the row half done, so that it is opened again. */
    betweenNs: (share - 1) * passNs,
  };
}

/**
 * Share of the time that refresh takes: tRFC; half of the pass (one query's way through one open row) that it meets, for
 * which all banks wait; and opening the row again where it comes between the queries that share one.
 *
 * @param metNs mean length of the pass met: the sum of squared lengths over the sum of lengths
 * @param between share of the time in which a refresh comes between queries of one row
 */
function refreshShare(timing: PimTiming, metNs: number, between: number): number {
  const perNs = timing.ranks / timing.refreshIntervalNs;
  const fixed = perNs * (timing.refreshNs + between * timing.rowNs);
  const waiting = Math.min(perNs * REFRESH_SLACK * metNs, MAX_WAIT_SHARE * (1 - fixed));
  return Math.min(MAX_REFRESH_SHARE, fixed + waiting);
}

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
  return { rows, writes, totalNs: Math.round(rows * timing.rowAfterWriteNs + writes * timing.columnNs) };
}

/** The time of {@link pimAppend}, whole ns. */
export const pimAppendNs = (timing: PimTiming, shape: PimShape, context: number, tokens: number): number =>
  pimAppend(timing, shape, context, tokens).totalNs;

/** Cost of one request's attention on each channel of its group, in whole ns. All channels of a group work in step. */
export interface PimCosts {
  timing: PimTiming;
  shape: PimShape;
  /** One decode token whose context, itself included, is `context` tokens. */
  decodeNs(context: number): number;
  /** `tokens` queries behind `context` computed tokens: the sum over their causal contexts. */
  prefillNs(context: number, tokens: number): number;
  /** K and V of `tokens` new tokens behind `context`. */
  appendNs(context: number, tokens: number): number;
}

/**
 * Costs of a shape on a device.
 *
 * @param queriesPerRow prefill queries of one head that one row activation serves, times `shape.share`
 * @param where the place that `share` came from, for the error
 * @throws {TandemError} E_SCHEMA where `share` exceeds the query heads per KV head
 *
 * @example
 * const costs = createPimCosts(timing, { heads: 4, kvHeads: 1, headDim: 128, elementBytes: 2, share: 1 }, 1);
 * costs.decodeNs(1024);
 */
export function createPimCosts(timing: PimTiming, shape: PimShape, queriesPerRow: number, where = "share"): PimCosts {
  if (shape.share > shape.heads / shape.kvHeads) {
    throw new TandemError(
      "E_SCHEMA",
      `share = ${shape.share} exceeds ${shape.heads / shape.kvHeads} query heads per KV head`,
      { where },
    );
  }
  const prefillShape = { ...shape, share: shape.share * queriesPerRow };
  const decode = new ContextTable((context) => pimAttention(timing, shape, context).totalNs);
  const prefill =
    queriesPerRow === 1 ? decode : new ContextTable((context) => pimAttention(timing, prefillShape, context).totalNs);
  const appendOneNs = pimAppendNs(timing, shape, 0, 1);
  return {
    timing,
    shape,
    decodeNs: (context) => decode.at(context),
    prefillNs: (context, tokens) => prefill.sum(context, tokens),
    // One token's cost does not depend on where in a row it lands.
    appendNs: (context, tokens) => (tokens === 1 ? appendOneNs : pimAppendNs(timing, shape, context, tokens)),
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
