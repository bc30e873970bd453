/**
 * @module
 * How the KV of a request lies on PIM channels: whole on a group of them, by its heads. Planning, capacity, reports and traces
 * ask the layout.
 */
import { type AttentionShape, TandemError } from "@tandem-sim/schemas";
import type { Stripes } from "./stripes.js";

/** Groups of channels, and how much of a request lies on each channel of its group. */
export interface KvLayout {
  name: string;
  groups: number;
  /** Channels of a group work in step. */
  channelsPerGroup: number;
  /** Channels that share a head, a part of its tokens each; left out: 1, heads are whole. */
  tokenParts?: number;
  /** KV blocks that a group has room for. */
  blocksPerGroup: number;
  /** How the tokens of a request lie in stripes on all groups; left out: all on one group. */
  stripes?: Stripes;
}

/** What a layout is made for. */
export interface KvSpace {
  shape: AttentionShape;
  channels: number;
  channelBytes: number;
  /** Bytes of a KV block, all layers and heads. */
  blockBytes: number;
  /** Channels that share the tokens of a head. Left out: 1, heads are whole. */
  channelsPerHead?: number | undefined;
  /** Such sets of channels in a group; by default as many as share the KV heads evenly. */
  channelsPerGroup?: number | undefined;
  /** Tokens of a stripe, for a layout that has stripes. */
  stripeTokens?: number | undefined;
  /** Place of these figures, for errors. */
  where?: string | undefined;
}

export type LayOut = (space: KvSpace) => KvLayout;

/** Of a key beside the figures. */
export const placeOf = (where: string | undefined, key: string) =>
  where === undefined ? {} : { where: `${where}.${key}` };

/**
 * The width that is asked for, where heads and channels allow it.
 *
 * @throws {TandemError} E_SCHEMA for a width that does not divide the KV heads, E_CAPACITY for one beyond the channels
 */
function checkedWidth(width: number, { shape: { kvHeads }, channels, channelsPerHead = 1, where }: KvSpace): number {
  const place = placeOf(where, "channels_per_group");
  if (kvHeads % width !== 0) {
    throw new TandemError("E_SCHEMA", `${width} channels cannot share ${kvHeads} KV heads evenly`, {
      ...place,
      hint: `expected a divisor of ${kvHeads}; 1 puts all heads of a request on one channel`,
    });
  }
  const wanted = width * channelsPerHead;
  if (wanted > channels) {
    throw new TandemError("E_CAPACITY", `a group of ${wanted} channels, but the instance has ${channels}`, place);
  }
  return width;
}

/** The largest divisor of `kvHeads` that is no more than `channels`. */
function widest(kvHeads: number, channels: number): number {
  let size = Math.min(kvHeads, channels);
  while (kvHeads % size !== 0) size--;
  return size;
}

/**
 * All KV of a request on one group, its heads spread evenly over the group's channels: over as many as can be, or over
 * `channelsPerGroup`; where channels share heads, over so many sets of them. One channel a group is NeuPIMs' layout (Heo et al., ASPLOS 2024): no channel waits for another, and
 * a request's attention takes as long as all its heads.
 *
 * @example
 * headParallel({ shape: { heads: 32, kvHeads: 8, headDim: 128 }, channels: 64, channelBytes: 2 ** 33, blockBytes: 2 ** 21 });
 * // 8 groups of 8 channels
 */
export const headParallel: LayOut = (space) => {
  const { shape, channels, channelBytes, blockBytes, channelsPerGroup: asked, channelsPerHead = 1 } = space;
  const sets = Math.floor(channels / channelsPerHead);
  if (sets < 1) {
    const message = `${channelsPerHead} channels for a head, but the instance has ${channels}`;
    throw new TandemError("E_CAPACITY", message, placeOf(space.where, "channels_per_head"));
  }
  const width = asked === undefined ? widest(shape.kvHeads, sets) : checkedWidth(asked, space);
  const perGroup = width * channelsPerHead;
  return {
    name: "head-parallel",
    groups: Math.floor(channels / perGroup),
    channelsPerGroup: perGroup,
    ...(channelsPerHead > 1 && { tokenParts: channelsPerHead }),
    blocksPerGroup: Math.floor((perGroup * channelBytes) / blockBytes),
  };
};
