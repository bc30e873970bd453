/**
 * @module
 * The split `chunk`: as `tokens`, but the longest prefill may be cut, its earlier tokens in half 1. Causal attention
 * allows it: layer l of the later part needs K and V of the earlier part at layer l, and half 1 goes first everywhere.
 */
import type { Batch } from "@tandem-sim/scheduler";
import type { IterationCosts } from "./costs.js";
import { attendsOnPim, fillProgram } from "./fill-program.js";
import { predictedCycleNs } from "./predicted-cycle.js";
import { Split, type SplitRule } from "./split.js";
import { splitByTokens } from "./split-tokens.js";

const candidate = new Split();

/** Index of the request with the most prefill tokens, -1 where none has two. */
function longestPrefill(batch: Batch): number {
  let longest = -1;
  for (let i = 0; i < batch.size; i++) {
    if (batch.prefill[i] && batch.tokens[i]! > 1 && (longest < 0 || batch.tokens[i]! > batch.tokens[longest]!))
      longest = i;
  }
  return longest;
}

/** Tokens of request `i` in half 0 at which both halves have as many tokens in all. */
function cutForEqualTokens(batch: Batch, split: Split, i: number): number {
  let lead = 0;
  for (let k = 0; k < batch.size; k++) if (k !== i) lead += split.half[k] === 1 ? batch.tokens[k]! : -batch.tokens[k]!;
  return Math.round((batch.tokens[i]! + lead) / 2);
}

/** Tokens of request `i` in half 0 at which both parts' attention takes as long: later tokens attend to more. */
function cutForEqualAttention(batch: Batch, i: number, costs: IterationCosts): number {
  const tokens = batch.tokens[i]!;
  const context = batch.context[i]!;
  const pim = costs.pim && attendsOnPim(costs.phase, batch, i) ? costs.pim.attention : null;
  if (!pim) return Math.round(tokens / 2);
  const whole = pim.prefillNs(context, tokens);
  let low = 1;
  let high = tokens - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (2 * pim.prefillNs(context, middle) < whole) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const splitByChunk: SplitRule = (batch, costs, split, scratch) => {
  const divided = splitByTokens(batch, costs, split, scratch);
  const cut = longestPrefill(batch);
  if (cut < 0) return divided;
  let best = Number.POSITIVE_INFINITY;
  if (divided) {
    fillProgram(scratch, batch, split, costs);
    best = predictedCycleNs(scratch);
  }
  candidate.copy(split, batch.size);
  candidate.cutIndex = cut;
  const tokens = batch.tokens[cut]!;
  for (const at of [cutForEqualTokens(batch, split, cut), cutForEqualAttention(batch, cut, costs)]) {
    candidate.cutTokens = Math.min(tokens - 1, Math.max(1, at));
    fillProgram(scratch, batch, candidate, costs);
    const cycle = predictedCycleNs(scratch);
    if (cycle >= best) continue;
    best = cycle;
    split.copy(candidate, batch.size);
  }
  return true;
};
