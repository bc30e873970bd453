/**
 * @module
 * The splits `tokens` and `requests`: both halves get as many scheduled tokens, or requests, on every channel group
 * first, then in total. A split that ignores groups may leave each half with half of the PIM.
 */
import type { Batch } from "@tandem-sim/scheduler";
import type { IterationCosts } from "./costs.js";
import { attendsOnPim } from "./fill-program.js";
import type { SplitRule } from "./split.js";

let ranks = new Int32Array(128);
let onGroup = new Float64Array(2 * 16);

/** Indices of the batch's requests, most scheduled tokens first, ties by arrival. Valid until the next call. */
function byTokens(batch: Batch): Int32Array {
  if (ranks.length < batch.size) ranks = new Int32Array(batch.size * 2);
  const { tokens, order } = batch;
  let sorted = true;
  for (let i = 0; i < batch.size; i++) {
    ranks[i] = i;
    if (i > 0 && (tokens[i]! > tokens[i - 1]! || (tokens[i] === tokens[i - 1] && order[i]! < order[i - 1]!)))
      sorted = false;
  }
  const view = ranks.subarray(0, batch.size);
  // A pure decode batch is in order already.
  return sorted ? view : view.sort((a, b) => tokens[b]! - tokens[a]! || order[a]! - order[b]!);
}

/**
 * Assigns each request, most tokens first, to the half that has less weight on the request's group, then in total.
 *
 * @param weight what the halves share evenly
 */
export const balance =
  (weight: (batch: Batch, index: number, costs: IterationCosts) => number): SplitRule =>
  (batch, costs, split) => {
    split.clear(batch.size);
    if (batch.size < 2) return false;
    const groups = costs.pim?.groups ?? 0;
    if (onGroup.length < 2 * groups) onGroup = new Float64Array(2 * groups);
    onGroup.fill(0, 0, 2 * groups);
    let total0 = 0;
    let total1 = 0;
    for (const i of byTokens(batch)) {
      const amount = weight(batch, i, costs);
      const onPim = attendsOnPim(costs.phase, batch, i);
      const at = 2 * batch.group[i]!;
      let lead = onPim ? onGroup[at]! - onGroup[at + 1]! : 0;
      if (lead === 0) lead = total0 - total1;
      const half = lead > 0 ? 1 : 0;
      split.half[i] = half;
      if (onPim) onGroup[at + half]! += amount;
      if (half === 0) total0 += amount;
      else total1 += amount;
    }
    return true;
  };

export const splitByTokens: SplitRule = balance((batch, i) => batch.tokens[i]!);

export const splitByRequests: SplitRule = balance(() => 1);
