/**
 * @module
 * The split `chunk`: as `tokens`, but the longest prefill may be cut in two, its earlier tokens in sub-batch 1. Causal
 * attention allows it: layer l of the later part needs K and V of the earlier part at layer l, and sub-batch 1 goes first
 * everywhere.
 */
import type { Batch } from "@tandem-sim/scheduler";
import type { Division } from "../division.js";
import { splitByTokens } from "./balance.js";
import type { SplitRule, SplitWorkspace } from "./split.js";

/** Index of the request with the most prefill tokens, -1 where none has two. */
function longestPrefill(batch: Batch): number {
  let longest = -1;
  for (let i = 0; i < batch.size; i++) {
    if (batch.prefill[i] && batch.tokens[i] > 1 && (longest < 0 || batch.tokens[i] > batch.tokens[longest]))
      longest = i;
  }
  return longest;
}

/** Tokens of request `i` in sub-batch 1 at which both have as many tokens in all. */
function cutForEqualTokens(batch: Batch, division: Division, i: number): number {
  let lead = 0;
  for (let k = 0; k < batch.size; k++) if (k !== i) lead += division.of[k] === 1 ? batch.tokens[k] : -batch.tokens[k];
  return Math.round((batch.tokens[i] + lead) / 2);
}

/** Tokens of request `i` in sub-batch 1 at which both parts' attention takes as long: later tokens attend to more. */
function cutForEqualAttention(batch: Batch, i: number, { costs: { pim } }: SplitWorkspace): number {
  const tokens = batch.tokens[i];
  const context = batch.context[i];
  if (!pim?.attendsOnPim(true)) return Math.round(tokens / 2);
  const { attention } = pim;
  const whole = attention.prefillNs(context, tokens);
  let low = 1;
  let high = tokens - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (2 * attention.prefillNs(context, middle) < whole) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The earlier part of a cut prefill may be alone in its sub-batch. */
const parts = { mayLackLogits: true };

export const splitByChunk: SplitRule = (batch, division, workspace) => {
  const divided = splitByTokens(batch, division, workspace);
  const cut = division.count === 2 ? longestPrefill(batch) : -1;
  if (cut < 0) return divided;
  let best = divided ? workspace.cycleNs(batch, division, parts) : Number.POSITIVE_INFINITY;
  const { candidate } = workspace;
  candidate.copy(division, batch.size);
  candidate.cutIndex = cut;
  const tokens = batch.tokens[cut];
  for (const at of [cutForEqualTokens(batch, division, cut), cutForEqualAttention(batch, cut, workspace)]) {
    candidate.cutEnds[0] = Math.min(tokens - 1, Math.max(1, at));
    candidate.cutEnds[1] = tokens;
    if (!candidate.keepsDependencies(batch)) continue;
    const cycle = workspace.cycleNs(batch, candidate, parts);
    if (cycle >= best) continue;
    best = cycle;
    division.copy(candidate, batch.size);
  }
  return divided || best < Number.POSITIVE_INFINITY;
};
