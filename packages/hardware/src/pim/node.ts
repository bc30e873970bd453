/**
 * @module
 * A model's attention on the PIM channels of a node: what one channel of a group holds, and the bandwidth of them all.
 */
import type { AttentionShape } from "@tandem-sim/schemas";
import { kvBytesPerLayer } from "../kv-bytes.js";
import { type PimShape, pimSlopeNs } from "./attention.js";
import type { PimTiming } from "./timing.js";

/** The part of `shape` on one channel where `channelsPerGroup` of them share the KV heads. */
export const shapeOnChannel = (
  shape: AttentionShape,
  channelsPerGroup: number,
  elementBytes: number,
  share: number,
): PimShape => ({
  heads: shape.heads / channelsPerGroup,
  kvHeads: shape.kvHeads / channelsPerGroup,
  headDim: shape.headDim,
  elementBytes,
  share,
});

/**
 * KV bytes per second that `channels` channels attend to on long contexts, GB/s: what a GPU's memory bandwidth is to be
 * held against.
 */
export const gemvGBps = (timing: PimTiming, onChannel: PimShape, channels: number): number =>
  (channels * kvBytesPerLayer(onChannel, onChannel.elementBytes)) / pimSlopeNs(timing, onChannel);
