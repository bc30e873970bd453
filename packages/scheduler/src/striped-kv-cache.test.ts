import { describe, expect, test } from "vitest";
import { noTimes } from "../test/serving.js";
import { ChannelGroups } from "./channel-groups.js";
import { emptyBlockTable } from "./kv-cache.js";

/** Three groups of four blocks of 2 tokens; stripes of two blocks. */
function threeGroups() {
  const stripes = { blocks: 2, tokensOfPiece: (tokens: number, piece: number) => (piece === 0 ? tokens : 0) };
  const groups = new ChannelGroups(3, 4, 2, true, noTimes, stripes);
  return { caches: groups.caches, free: () => groups.pools.map(({ free }) => free) };
}

const chain = (...contents: number[]): Int32Array => Int32Array.from(contents);

describe("a striped request", () => {
  test("takes its blocks of all groups in turn, from where it starts, and gives them back", () => {
    const { caches, free } = threeGroups();
    const table = emptyBlockTable();
    expect(caches[1]!.grow(table, 14)).toBe(true);
    // Blocks 0 1 | 2 3 | 4 5 | 6 on groups 1, 2, 0, 1.
    expect(free()).toEqual([2, 1, 2]);
    expect(caches[1]!.grow(table, 16)).toBe(true);
    expect(free()).toEqual([2, 0, 2]);
    caches[1]!.release(table);
    expect(free()).toEqual([4, 4, 4]);
  });

  test("fits, or grows, only where every group has room for its part, and takes nothing else", () => {
    const { caches, free } = threeGroups();
    const table = emptyBlockTable();
    caches[0]!.grow(table, 24);
    expect(free()).toEqual([0, 0, 0]);
    caches[0]!.release(table);
    caches[0]!.grow(table, 14);
    const other = emptyBlockTable();
    expect(free()).toEqual([1, 2, 2]);
    expect(caches[0]!.fits(null, 0, 4)).toBe(false);
    expect(caches[1]!.fits(null, 0, 8)).toBe(true);
    expect(caches[1]!.grow(other, 12)).toBe(false);
    expect([free(), other.blocks]).toEqual([[1, 2, 2], []]);
  });

  test("is found by requests that start on the same group only", () => {
    const { caches, free } = threeGroups();
    const contents = chain(11, 12, 13, 14, 15);
    const owner = emptyBlockTable();
    caches[2]!.grow(owner, 10);
    caches[2]!.cacheFull(owner, contents, 10, 7, 3);
    expect(caches.map((cache) => cache.hitBlocks(contents, 100))).toEqual([0, 0, 5]);
    const reader = emptyBlockTable();
    const writers: number[] = [];
    caches[2]!.takeHits(reader, contents, 5, 7, (writer) => void writers.push(writer));
    expect([reader.blocks, writers]).toEqual([owner.blocks, [3, 3, 3, 3, 3]]);
    caches[2]!.release(owner);
    expect(free()).toEqual([2, 3, 2]);
    caches[2]!.release(reader);
    // Hits that nobody uses take up free blocks when they are used again.
    expect(caches[2]!.fits(contents, 5, 24)).toBe(true);
    expect(caches[2]!.fits(contents, 5, 26)).toBe(false);
  });
});
