/**
 * @module
 * The splits `tokens` and `requests`: sub-batches get as many scheduled tokens, or requests, on every channel group first,
 * then in total. A split that ignores groups may leave each sub-batch with its share of the PIM only.
 */
import type { Batch } from "@tandem-sim/scheduler";
import type { SplitRule, SplitWorkspace } from "./split.js";

/** Indices of the batch's requests, most scheduled tokens first, ties by arrival. */
function byTokens(batch: Batch, workspace: SplitWorkspace): Int32Array {
  if (workspace.ranks.length < batch.size) workspace.ranks = new Int32Array(batch.size * 2);
  const { tokens, order } = batch;
  const ranks = workspace.ranks.subarray(0, batch.size);
  let inOrder = 0;
  for (let i = 0; i < batch.size; i++) {
    ranks[i] = i;
    if (i === inOrder && (i === 0 || comesBefore(batch, i - 1, i))) inOrder++;
  }
  // A pure decode batch is in order already; one with prompts behind its decodes nearly is.
  for (let i = inOrder; i < batch.size; i++) {
    if (i - inOrder > MOST_INSERTED) return ranks.sort((a, b) => tokens[b] - tokens[a] || order[a] - order[b]);
    let at = i;
    while (at > 0 && comesBefore(batch, i, ranks[at - 1])) at--;
    ranks.copyWithin(at + 1, at, i);
    ranks[at] = i;
  }
  return ranks;
}

/** So many requests are put in their places one by one; more are sorted with all others. */
const MOST_INSERTED = 8;

const comesBefore = ({ tokens, order }: Batch, a: number, b: number): boolean =>
  tokens[a] > tokens[b] || (tokens[a] === tokens[b] && order[a] < order[b]);

/**
 * Assigns each request, most tokens first, to the sub-batch that has least weight on the request's group, then in total,
 * then the first. A request that needs K and V of others in the batch comes behind them, and into no earlier sub-batch.
 *
 * @param weight what sub-batches share evenly
 */
export const balance =
  (weight: (batch: Batch, index: number, workspace: SplitWorkspace) => number): SplitRule =>
  (batch, division, workspace) => {
    division.clear(batch.size);
    const { count, of } = division;
    if (batch.size < count) return false;
    const { weights } = workspace;
    const { pim } = workspace.costs;
    const { prefill, group } = batch;
    const onPim = [pim?.attendsOnPim(false) ?? false, pim?.attendsOnPim(true) ?? false];
    weights.fill(0);
    const depends = batch.dependencies > 0;
    const ranked = depends ? writersFirst(batch, byTokens(batch, workspace)) : byTokens(batch, workspace);
    for (let rank = 0; rank < ranked.length; rank++) {
      const i = ranked[rank];
      // Weights in total stand in front of those by group.
      const at = onPim[prefill[i]] ? count * (1 + group[i]) : 0;
      let best = depends ? firstAllowed(batch, i, of) : 0;
      for (let s = best + 1; s < count; s++) {
        const lead = weights[at + best] - weights[at + s];
        if (lead > 0 || (lead === 0 && weights[best] > weights[s])) best = s;
      }
      const amount = weight(batch, i, workspace);
      of[i] = best;
      weights[best] += amount;
      if (at > 0) weights[at + best] += amount;
    }
    return true;
  };

/** The first sub-batch that request `i` may be in: that of the last whose K and V it needs. */
export function firstAllowed({ readers, writers, dependencies }: Batch, i: number, of: Uint8Array): number {
  let first = 0;
  for (let k = 0; k < dependencies; k++) if (readers[k] === i && of[writers[k]] > first) first = of[writers[k]];
  return first;
}

/** The same order, but whom a request needs K and V of stands in front of it. */
function writersFirst({ size, readers, writers, dependencies }: Batch, ranked: Int32Array): number[] {
  const isPlaced = new Uint8Array(size);
  const order: number[] = [];
  const place = (i: number): void => {
    if (isPlaced[i] === 1) return;
    isPlaced[i] = 1;
    for (let k = 0; k < dependencies; k++) if (readers[k] === i) place(writers[k]);
    order.push(i);
  };
  for (const i of ranked) place(i);
  return order;
}

const ignoresContexts = { ignoresContexts: true };

export const splitByTokens: SplitRule = Object.assign(
  balance((batch, i) => batch.tokens[i]),
  ignoresContexts,
);

export const splitByRequests: SplitRule = Object.assign(
  balance(() => 1),
  ignoresContexts,
);
