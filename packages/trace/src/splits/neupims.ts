/**
 * @module
 * The split `neupims`, the sub-batch partitioning of NeuPIMs (Heo et al., ASPLOS 2024; its simulator): the requests of every
 * channel group are cut in the middle of their list, the first half to sub-batch 1; of a list of odd length the longer half
 * goes to each sub-batch in turn. It looks at no lengths, so that of a list sorted by length one half has most of the
 * tokens. Requests whose attention stays on the GPU are cut as one list more.
 */
import { firstAllowed } from "./balance.js";
import type { SplitRule } from "./split.js";

export const splitByNeupims: SplitRule = (batch, division, { costs: { pim } }) => {
  division.clear(batch.size);
  const { count, of } = division;
  if (batch.size < count) return false;
  const lists = new Map<number, number[]>();
  for (let i = 0; i < batch.size; i++) {
    const group = pim?.attendsOnPim(batch.prefill[i] === 1) ? batch.group[i] : -1;
    const list = lists.get(group);
    if (list) list.push(i);
    else lists.set(group, [i]);
  }
  // The sub-batch that has the next request beyond an even share.
  let turn = 0;
  for (const [, list] of [...lists].sort(([a], [b]) => a - b)) {
    const beyond = list.length % count;
    let at = 0;
    for (let s = 0; s < count; s++) {
      const isLonger = (s - turn + count) % count < beyond;
      const end = at + Math.floor(list.length / count) + (isLonger ? 1 : 0);
      for (; at < end; at++) of[list[at]] = s;
    }
    turn = (turn + beyond) % count;
  }
  // Who needs K and V of others stands behind them, on another list perhaps.
  if (batch.dependencies > 0) for (let i = 0; i < batch.size; i++) of[i] = Math.max(of[i], firstAllowed(batch, i, of));
  return Array.from({ length: count }, (_, s) => s).every((s) => of.subarray(0, batch.size).includes(s));
};
