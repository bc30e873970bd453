import { describe, expect, test } from "vitest";
import { type BlockTable, emptyBlockTable, KvCache } from "./kv-cache.js";

/** Chained contents of a sequence's blocks; equal numbers = equal prefixes. */
const contents = (...chain: number[]): Int32Array => Int32Array.from(chain);

/** A request of `tokens` tokens that has computed all of them. */
function computed(cache: KvCache, chain: Int32Array | null, tokens: number): BlockTable {
  const table = emptyBlockTable();
  expect(cache.grow(table, tokens)).toBe(true);
  cache.cacheFull(table, chain, tokens);
  return table;
}

describe("allocation", () => {
  test("gives a block per started block of tokens, and no more when they still fit", () => {
    const cache = new KvCache(4, 4, true);
    const table = emptyBlockTable();
    expect(cache.grow(table, 5)).toBe(true);
    expect(table.blocks).toEqual([0, 1]);
    expect(cache.grow(table, 8)).toBe(true);
    expect(table.blocks).toEqual([0, 1]);
  });

  test("takes nothing where the pool has too few blocks", () => {
    const cache = new KvCache(2, 4, true);
    const table = computed(cache, null, 4);
    expect(cache.grow(table, 12)).toBe(false);
    expect(table.blocks).toEqual([0]);
    expect(cache.pool.free).toBe(1);
  });

  test("evicts a released request's last block first, its first block last", () => {
    const cache = new KvCache(3, 4, true);
    const chain = contents(11, 12, 13);
    cache.release(computed(cache, chain, 12));
    for (const [taken, hits] of [
      [2, 2],
      [1, 1],
      [0, 0],
    ]) {
      expect(cache.pool.allocate()).toBe(taken);
      expect(cache.hitBlocks(chain, 100)).toBe(hits);
    }
  });
});

describe("prefix hits", () => {
  test("leave the last token to compute, even where every block of the prompt is cached", () => {
    const cache = new KvCache(4, 4, true);
    const chain = contents(11, 12);
    computed(cache, chain, 8);
    expect(cache.hitBlocks(chain, 8)).toBe(1);
    expect(cache.hitBlocks(chain, 9)).toBe(2);
    expect(cache.hitBlocks(chain, 1)).toBe(0);
  });

  test("end at the first block that is not cached, whatever comes behind", () => {
    const cache = new KvCache(8, 4, true);
    computed(cache, contents(11, 12, 13), 12);
    expect(cache.hitBlocks(contents(11, 99, 13), 100)).toBe(1);
    expect(cache.hitBlocks(contents(99, 12, 13), 100)).toBe(0);
  });

  test("cover full blocks only: tokens of a started block are not found", () => {
    const cache = new KvCache(4, 4, true);
    const chain = contents(11, 12);
    computed(cache, chain, 7);
    expect(cache.hitBlocks(chain, 100)).toBe(1);
  });

  test("need token ids, and caching", () => {
    const uncached = new KvCache(4, 4, false);
    computed(uncached, contents(11), 4);
    expect(uncached.hitBlocks(contents(11), 100)).toBe(0);
    expect(new KvCache(4, 4, true).hitBlocks(null, 100)).toBe(0);
  });

  test("share blocks, each counted once per user", () => {
    const cache = new KvCache(4, 4, true);
    const chain = contents(11, 12);
    const first = computed(cache, chain, 8);
    const second = emptyBlockTable();
    cache.takeHits(second, chain, 2);
    expect(second).toEqual({ blocks: first.blocks, cached: 2 });
    expect(cache.pool.free).toBe(2);
    cache.release(first);
    expect(cache.pool.free).toBe(2);
    cache.release(second);
    expect(cache.pool.free).toBe(4);
  });

  test("that stand in the free list use up a free block when they are taken", () => {
    const cache = new KvCache(3, 4, true);
    const chain = contents(11, 12);
    const owner = computed(cache, chain, 8);
    // Used by another: two hits cost nothing, the third block is the free one.
    expect(cache.fits(chain, 2, 12)).toBe(true);
    expect(cache.fits(chain, 2, 13)).toBe(false);
    cache.release(owner);
    computed(cache, null, 4);
    // Free: of the two blocks left both are the hits.
    expect(cache.pool.free).toBe(2);
    expect(cache.fits(chain, 2, 8)).toBe(true);
    expect(cache.fits(chain, 2, 9)).toBe(false);
  });

  test("find content that two requests computed side by side, until both copies are gone", () => {
    const cache = new KvCache(2, 4, true);
    const chain = contents(11);
    const tables = [computed(cache, chain, 4), computed(cache, chain, 4)];
    for (const table of tables) {
      expect(cache.hitBlocks(chain, 100)).toBe(1);
      cache.release(table);
      cache.pool.allocate();
    }
    expect(cache.hitBlocks(chain, 100)).toBe(0);
  });
});
