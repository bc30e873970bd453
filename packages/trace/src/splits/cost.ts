/**
 * @module
 * The split `cost`: the one with the shortest predicted cycle among several ways to balance, refined by moving single
 * requests as long as that helps.
 */
import type { Batch } from "@tandem-sim/scheduler";
import { attentionNs } from "../batch-table.js";
import type { Division } from "../division.js";
import { balance, splitByRequests, splitByTokens } from "./balance.js";
import type { SplitRule, SplitWorkspace } from "./split.js";

/** Moves tried at most; each costs a look at the whole batch. */
const MAX_MOVES = 16;

/** PIM time of a request, or its tokens where it stays on the GPU. */
function attentionWeight(batch: Batch, i: number, { costs: { pim } }: SplitWorkspace): number {
  const prefill = batch.prefill[i] === 1;
  if (!pim?.attendsOnPim(prefill)) return batch.tokens[i];
  return attentionNs(pim, prefill, batch.context[i], batch.tokens[i]);
}

const splitByAttention: SplitRule = balance(attentionWeight);

const whole = { mayLackLogits: false };

/** Index of the heaviest request of a sub-batch that was not moved yet. */
function heaviest(
  batch: Batch,
  division: Division,
  subBatch: number,
  moved: ReadonlySet<number>,
  workspace: SplitWorkspace,
): number {
  let best = -1;
  let weight = -1;
  for (let i = 0; i < batch.size; i++) {
    if (division.of[i] !== subBatch || moved.has(i)) continue;
    const own = attentionWeight(batch, i, workspace);
    if (own > weight) {
      weight = own;
      best = i;
    }
  }
  return best;
}

export const splitByCost: SplitRule = (batch, division, workspace) => {
  if (!splitByTokens(batch, division, workspace)) return false;
  const { candidate } = workspace;
  let best = workspace.cycleNs(batch, division, whole);
  const keepIfShorter = (): void => {
    const cycle = workspace.cycleNs(batch, candidate, whole);
    if (cycle >= best) return;
    best = cycle;
    division.copy(candidate, batch.size);
  };
  for (const rule of [splitByAttention, splitByRequests]) {
    rule(batch, candidate, workspace);
    keepIfShorter();
  }
  const moved = new Set<number>();
  for (let move = 0; move < MAX_MOVES; move++) {
    const i = heaviest(batch, division, move % division.count, moved, workspace);
    if (i < 0) break;
    moved.add(i);
    candidate.copy(division, batch.size);
    candidate.of[i] = (candidate.of[i] + 1) % division.count;
    keepIfShorter();
  }
  return true;
};
