import fc from "fast-check";
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

const eightHeads = { heads: 32, kvHeads: 8, headDim: 128 };

test.each([
  [1, 64],
  [2, 32],
  [4, 16],
  [8, 8],
])("groups of %i of 64 channels, where that is asked for: %i of them", (channelsPerGroup, groups) => {
  const space = { shape: eightHeads, channels: 64, channelBytes: 1000, blockBytes: 30 };
  expect(headParallel({ ...space, channelsPerGroup })).toMatchObject({
    groups,
    channelsPerGroup,
    blocksPerGroup: Math.floor((channelsPerGroup * 1000) / 30),
  });
});

test("a width that does not divide the KV heads, or exceeds the channels, is refused in one line with its place", () => {
  const space = { shape: eightHeads, channels: 4, channelBytes: 1000, blockBytes: 30, where: "mine" };
  expect(() => headParallel({ ...space, channelsPerGroup: 3 })).toThrow(
    "mine.channels_per_group: 3 channels cannot share 8 KV heads",
  );
  expect(() => headParallel({ ...space, channelsPerGroup: 8 })).toThrow(
    "mine.channels_per_group: a group of 8 channels, but",
  );
});

test("no width holds more blocks than the channels have room for, and none loses more than a block a group", () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 4, 8), fc.integer({ min: 8, max: 99 }), fc.nat(5000), (width, channels, more) => {
      const space = { shape: eightHeads, channels, channelBytes: 1000 + more, blockBytes: 30, channelsPerGroup: width };
      const { groups, blocksPerGroup } = headParallel(space);
      const room = groups * width * space.channelBytes;
      expect(groups * blocksPerGroup * 30).toBeLessThanOrEqual(room);
      expect(groups * (blocksPerGroup + 1) * 30).toBeGreaterThan(room);
    }),
  );
});
