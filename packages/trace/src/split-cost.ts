/**
 * @module
 * The split `cost`: the one with the shortest predicted cycle among several ways to balance, refined by moving single
 * requests as long as that helps.
 */
import type { Batch } from "@tandem-sim/scheduler";
import type { IterationCosts } from "./costs.js";
import { attendsOnPim, fillProgram } from "./fill-program.js";
import { predictedCycleNs } from "./predicted-cycle.js";
import type { Program } from "./program.js";
import { Split, type SplitRule } from "./split.js";
import { balance, splitByRequests, splitByTokens } from "./split-tokens.js";

/** Moves tried at most; each costs a look at the whole batch. */
const MAX_MOVES = 16;

const candidate = new Split();

/** PIM time of a request, or its tokens where it stays on the GPU. */
const attentionWeight = (batch: Batch, i: number, costs: IterationCosts): number => {
  const { pim } = costs;
  if (!pim || !attendsOnPim(costs.phase, batch, i)) return batch.tokens[i]!;
  return batch.prefill[i]
    ? pim.attention.prefillNs(batch.context[i]!, batch.tokens[i]!)
    : pim.attention.decodeNs(batch.context[i]! + 1);
};

const splitByAttention: SplitRule = balance(attentionWeight);

function cycleOf(batch: Batch, split: Split, costs: IterationCosts, scratch: Program): number {
  fillProgram(scratch, batch, split, costs);
  return scratch.half[0].sequences === 0 || scratch.half[1].sequences === 0
    ? Number.POSITIVE_INFINITY
    : predictedCycleNs(scratch);
}

/** Index of the heaviest request of a half that was not moved yet. */
function heaviest(batch: Batch, split: Split, half: number, moved: Set<number>, costs: IterationCosts): number {
  let best = -1;
  let weight = -1;
  for (let i = 0; i < batch.size; i++) {
    if (split.half[i] !== half || moved.has(i)) continue;
    const own = attentionWeight(batch, i, costs);
    if (own > weight) {
      weight = own;
      best = i;
    }
  }
  return best;
}

export const splitByCost: SplitRule = (batch, costs, split, scratch) => {
  if (!splitByTokens(batch, costs, split, scratch)) return false;
  let best = cycleOf(batch, split, costs, scratch);
  for (const rule of [splitByAttention, splitByRequests]) {
    rule(batch, costs, candidate, scratch);
    const cycle = cycleOf(batch, candidate, costs, scratch);
    if (cycle >= best) continue;
    best = cycle;
    split.copy(candidate, batch.size);
  }
  const moved = new Set<number>();
  for (let move = 0; move < MAX_MOVES; move++) {
    const i = heaviest(batch, split, move % 2, moved, costs);
    if (i < 0) break;
    moved.add(i);
    candidate.copy(split, batch.size);
    candidate.half[i] = 1 - candidate.half[i]!;
    const cycle = cycleOf(batch, candidate, costs, scratch);
    if (cycle >= best) continue;
    best = cycle;
    split.copy(candidate, batch.size);
  }
  return true;
};
