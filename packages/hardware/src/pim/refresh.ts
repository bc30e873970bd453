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

/**
 * The queries that share an open row: `passNs` for each, the first of them opens it. Of two row buffers the next row opens
 * in one while the last columns of the last query, `lastColumnsNs`, run out of the other.
 */
export function queriesOfRow(timing: PimTiming, share: number, passNs: number, lastColumnsNs: number) {
  const hiddenNs = timing.hidesLastColumns ? Math.min(lastColumnsNs, timing.rowNs) : 0;
  const firstNs = timing.rowNs + passNs - (share === 1 ? hiddenNs : 0);
  const lastNs = passNs - hiddenNs;
  // Nothing is hidden in front of a refresh, and a controller of composite commands reserves more than a row takes.
  const reserved = 2 * firstNs * (timing.reserveNs + (share === 1 ? hiddenNs : 0));
  const others = share === 1 ? 0 : (share - 2) * passNs ** 2 + lastNs ** 2 + 2 * lastNs * hiddenNs;
  return {
    totalNs: timing.rowNs + share * passNs - hiddenNs,
    hiddenNs,
    /** Sum of squared lengths of what may not be interrupted, and twice what is reserved beside each, ns^2. */
    squares: firstNs ** 2 + reserved + others,
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
