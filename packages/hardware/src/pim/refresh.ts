/**
 * @module
 * What refresh costs a channel that computes: banks wait for it, and rows that it finds half done are opened again.
 */
import type { PimTiming } from "./timing.js";

/** Share of the pass that a refresh meets which it costs: a refresh is never late, so no pass starts that it would meet. */
const REFRESH_SLACK = 0.5;
/** Waiting for refreshes takes no more than this share of the time beside them: a controller breaks longer passes up. */
const MAX_WAIT_SHARE = 0.15;
/** Refresh never takes more than this share of the time; beyond it the part could not hold its data. */
const MAX_REFRESH_SHARE = 0.9;

/** The queries that share an open row: `passNs` for each, the first of them opens it. */
export function queriesOfRow(timing: PimTiming, share: number, passNs: number) {
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
export function refreshShare(timing: PimTiming, metNs: number, between: number): number {
  const perNs = timing.ranks / timing.refreshIntervalNs;
  const fixed = perNs * (timing.refreshNs + between * timing.rowNs);
  const waiting = Math.min(perNs * REFRESH_SLACK * metNs, MAX_WAIT_SHARE * (1 - fixed));
  return Math.min(MAX_REFRESH_SHARE, fixed + waiting);
}
