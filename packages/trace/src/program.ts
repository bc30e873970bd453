/**
 * @module
 * The program of one iteration. One or two (sub-)batches run through the same segments:
 *
 *     prologue + pre(1) | attention(1) | post(1) + pre(2) | attention(2) | ... | post(L) + head
 *
 * A (sub-)batch's durations do not depend on the layer, so a program is a handful of numbers, filled anew for every
 * iteration. Times are whole ns, sizes bytes.
 */

/** One (sub-)batch: the durations of its ops. */
export interface HalfProgram {
  tokens: number;
  sequences: number;
  /** GPU: token ids from the host, embedding. */
  prologueNs: number;
  /** GPU: dense layers in front of attention. */
  preNs: number;
  /** GPU: dense layers behind attention. */
  postNs: number;
  /** GPU: final norm, LM head, sampler, token ids to the host. */
  headNs: number;
  /** GPU: attention that is not offloaded, between pre and post. */
  gpuAttentionNs: number;
  /** Host link to PIM: q, k, v of offloaded tokens, k, v of prefills. */
  upBytes: number;
  upNs: number;
  /** Attention and KV appends on each channel of a group. Index: group. */
  groupNs: Float64Array;
  /** Energy of the PIM stage above the channels' idle power, all channels, whole pJ; 0 where nobody asks for it. */
  pimPj: number;
  /** Host link from PIM: attention outputs, for which post waits. */
  downBytes: number;
  downNs: number;
  /** Host link from PIM: K and V of prefix hits, for which the GPU's attention waits. */
  fetchBytes: number;
  fetchNs: number;
}

export interface Program {
  layers: number;
  /** Channel groups; 0 without offload. */
  groups: number;
  /** 1 = the batch undivided, 2 = interleaved. */
  halves: 1 | 2;
  half: readonly [HalfProgram, HalfProgram];
}

const emptyHalf = (groups: number): HalfProgram => ({
  tokens: 0,
  sequences: 0,
  prologueNs: 0,
  preNs: 0,
  postNs: 0,
  headNs: 0,
  gpuAttentionNs: 0,
  upBytes: 0,
  upNs: 0,
  groupNs: new Float64Array(groups),
  pimPj: 0,
  downBytes: 0,
  downNs: 0,
  fetchBytes: 0,
  fetchNs: 0,
});

/** An empty program to be filled by `fillProgram`. */
export const createProgram = (layers: number, groups: number): Program => ({
  layers,
  groups,
  halves: 1,
  half: [emptyHalf(groups), emptyHalf(groups)],
});

/** GPU time of a half over the whole iteration. */
export const gpuBusyNs = (half: HalfProgram, layers: number): number =>
  half.prologueNs + layers * (half.preNs + half.gpuAttentionNs + half.postNs) + half.headNs;

/** Time of the busiest group of a half in one layer. */
export function busiestGroupNs(half: HalfProgram): number {
  let most = 0;
  for (const ns of half.groupNs) if (ns > most) most = ns;
  return most;
}
