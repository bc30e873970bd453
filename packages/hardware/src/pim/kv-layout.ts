/**
 * @module
 * How the KV of a request lies on PIM channels. A layout is one entry of the registry; planning, capacity, reports and
 * traces ask it.
 */
import type { AttentionShape } from "@tandem-sim/schemas";

/** Groups of channels, and how much of a request lies on each channel of its group. */
export interface KvLayout {
  name: string;
  groups: number;
  /** Channels of a group work in step. */
  channelsPerGroup: number;
  /** KV blocks that a group has room for. */
  blocksPerGroup: number;
}

/** What a layout is made for. */
export interface KvSpace {
  shape: AttentionShape;
  channels: number;
  channelBytes: number;
  /** Bytes of a KV block, all layers and heads. */
  blockBytes: number;
}

export type LayOut = (space: KvSpace) => KvLayout;

/** Channels of a group: the largest divisor of `kvHeads` that is no more than `channels`. */
function channelsPerGroup(kvHeads: number, channels: number): number {
  let size = Math.min(kvHeads, channels);
  while (kvHeads % size !== 0) size--;
  return size;
}

/**
 * All KV of a request on one group, its heads spread evenly over the group's channels.
 *
 * @example
 * headParallel({ shape: { heads: 32, kvHeads: 8, headDim: 128 }, channels: 64, channelBytes: 2 ** 33, blockBytes: 2 ** 21 });
 * // 8 groups of 8 channels
 */
export const headParallel: LayOut = ({ shape, channels, channelBytes, blockBytes }) => {
  const perGroup = channelsPerGroup(shape.kvHeads, channels);
  return {
    name: "head-parallel",
    groups: Math.floor(channels / perGroup),
    channelsPerGroup: perGroup,
    blocksPerGroup: Math.floor((perGroup * channelBytes) / blockBytes),
  };
};

/** The registry of layouts. */
export const kvLayouts = { "head-parallel": headParallel } as const satisfies Record<string, LayOut>;
