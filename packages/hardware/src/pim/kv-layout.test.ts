import { expect, test } from "vitest";
import { headParallel } from "./kv-layout.js";

test.each([
  [8, 64, 8, 8],
  [8, 8, 8, 1],
  [8, 7, 4, 1],
  [8, 3, 2, 1],
  [6, 4, 3, 1],
  [5, 4, 1, 4],
  [1, 64, 1, 64],
])("%i KV heads on %i channels: groups of %i, %i of them", (kvHeads, channels, channelsPerGroup, groups) => {
  const shape = { heads: kvHeads, kvHeads, headDim: 128 };
  expect(headParallel({ shape, channels, channelBytes: 1000, blockBytes: 30 })).toEqual({
    name: "head-parallel",
    groups,
    channelsPerGroup,
    // Blocks are spread over all channels of a group: only whole ones fit.
    blocksPerGroup: Math.floor((channelsPerGroup * 1000) / 30),
  });
});
