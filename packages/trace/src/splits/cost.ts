/**
 * @module
 * The split `cost`: the one with the shortest predicted cycle among several ways to balance, refined by moving and swapping
 * requests as long as that helps; of the two orders in which its sub-batches may go, the one whose schedule is shorter.
 */
import type { Batch } from "@tandem-sim/scheduler";
import { attentionNs } from "../batch-table.js";
import type { Division } from "../division.js";
import { balance, splitByRequests, splitByTokens } from "./balance.js";
import type { SplitRule, SplitWorkspace } from "./split.js";

/** Improvements at most; each costs looks at the whole batch. */
const MAX_ROUNDS = 8;
/** Requests that are tried for a move or a swap in a round: those that come nearest to even the loads. */
const MOST_TRIED = 4;

/** PIM time of a request, or its tokens where it stays on the GPU. */
function attentionWeight(batch: Batch, i: number, { costs: { pim } }: SplitWorkspace): number {
  const prefill = batch.prefill[i] === 1;
  if (!pim?.attendsOnPim(prefill)) return batch.tokens[i];
  return attentionNs(pim, prefill, batch.context[i], batch.tokens[i]);
}

const splitByAttention: SplitRule = balance(attentionWeight);

const whole = { mayLackLogits: false };

/** A request to be moved, and one to come back for it, -1 for none. */
interface Exchange {
  out: number;
  back: number;
  /** By how much the lead of the fuller sub-batch would miss half of itself. */
  miss: number;
}

/**
 * Moves and swaps that come nearest to evening out the group whose loads in the two sub-batches differ most: what the
 * round trip of the fuller one goes by.
 */
function exchanges(batch: Batch, division: Division, workspace: SplitWorkspace): Exchange[] {
  const weightOf = Array.from({ length: batch.size }, (_, i) => attentionWeight(batch, i, workspace));
  const lead = new Map<number, number>();
  for (let i = 0; i < batch.size; i++) {
    const sign = division.of[i] === 0 ? 1 : -1;
    lead.set(batch.group[i], (lead.get(batch.group[i]) ?? 0) + sign * weightOf[i]);
  }
  const [group, most] = [...lead].reduce((far, next) => (Math.abs(next[1]) > Math.abs(far[1]) ? next : far));
  const fuller = most > 0 ? 0 : 1;
  const onGroup = [...weightOf.keys()].filter((i) => batch.group[i] === group);
  const outs = onGroup.filter((i) => division.of[i] === fuller);
  const backs = onGroup.filter((i) => division.of[i] !== fuller).sort((a, b) => weightOf[a] - weightOf[b] || a - b);
  const wanted = Math.abs(most) / 2;
  const exchange = (out: number, back: number): Exchange[] => {
    const shifted = weightOf[out] - (back < 0 ? 0 : weightOf[back]);
    return shifted > 0 && shifted < 2 * wanted ? [{ out, back, miss: Math.abs(wanted - shifted) }] : [];
  };
  return outs
    .flatMap((out) => [
      ...exchange(out, -1),
      ...nearest(backs, weightOf, weightOf[out] - wanted).flatMap((back) => exchange(out, back)),
    ])
    .sort((a, b) => a.miss - b.miss || a.out - b.out || a.back - b.back)
    .slice(0, MOST_TRIED);
}

/** Of requests in order of weight, those on both sides of `weight`. */
function nearest(ordered: readonly number[], weightOf: readonly number[], weight: number): number[] {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (weightOf[ordered[middle]] < weight) low = middle + 1;
    else high = middle;
  }
  return ordered.slice(Math.max(0, low - 1), low + 1);
}

/** The sub-batches the other way round, where that keeps dependencies and takes less time. */
function orderByTime(batch: Batch, division: Division, workspace: SplitWorkspace): void {
  const { candidate } = workspace;
  candidate.copy(division, batch.size);
  for (let i = 0; i < batch.size; i++) candidate.of[i] = 1 - division.of[i];
  if (!candidate.keepsDependencies(batch)) return;
  if (workspace.latencyNs(batch, candidate) < workspace.latencyNs(batch, division))
    division.copy(candidate, batch.size);
}

export const splitByCost: SplitRule = (batch, division, workspace) => {
  if (!splitByTokens(batch, division, workspace)) return false;
  // Exchanges and orders are between two.
  if (division.count !== 2) return true;
  const { candidate } = workspace;
  let best = workspace.cycleNs(batch, division, whole);
  const keepIfShorter = (): boolean => {
    if (!candidate.keepsDependencies(batch)) return false;
    const cycle = workspace.cycleNs(batch, candidate, whole);
    if (cycle >= best) return false;
    best = cycle;
    division.copy(candidate, batch.size);
    return true;
  };
  for (const rule of [splitByAttention, splitByRequests]) {
    rule(batch, candidate, workspace);
    keepIfShorter();
  }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const improved = exchanges(batch, division, workspace).some(({ out, back }) => {
      candidate.copy(division, batch.size);
      candidate.of[out] = 1 - division.of[out];
      if (back >= 0) candidate.of[back] = 1 - division.of[back];
      return keepIfShorter();
    });
    if (!improved) break;
  }
  orderByTime(batch, division, workspace);
  return true;
};
