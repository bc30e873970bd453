import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BlockPool } from "./block-pool.js";
import { CachedContents } from "./cached-contents.js";

const take = (pool: BlockPool, n: number): number[] => Array.from({ length: n }, () => pool.allocate());

describe("free blocks", () => {
  test("are handed out in their order at first, then in the order in which they came back", () => {
    const pool = new BlockPool(4);
    expect(take(pool, 4)).toEqual([0, 1, 2, 3]);
    expect(pool.free).toBe(0);
    for (const block of [2, 0, 3]) pool.release(block);
    expect(pool.free).toBe(3);
    expect(take(pool, 3)).toEqual([2, 0, 3]);
  });

  test("stay in use until the last user is gone", () => {
    const pool = new BlockPool(1);
    const block = pool.allocate();
    pool.touch(block);
    expect(pool.referencesOf(block)).toBe(2);
    pool.release(block);
    expect(pool.free).toBe(0);
    pool.release(block);
    expect(pool.free).toBe(1);
    expect(pool.referencesOf(block)).toBe(0);
  });
});

describe("a cached block", () => {
  test("is found while in use and while free, until it is handed out for something else", () => {
    const pool = new BlockPool(2);
    const block = pool.allocate();
    pool.cache(block, 77);
    expect(pool.find(77)).toBe(block);
    pool.release(block);
    expect(pool.find(77)).toBe(block);
    expect(take(pool, 2)).toEqual([1, block]);
    expect(pool.find(77)).toBe(-1);
  });

  test("leaves the middle of the free list when a hit takes it", () => {
    const pool = new BlockPool(3);
    take(pool, 3).forEach((block) => {
      pool.cache(block, 100 + block);
      pool.release(block);
    });
    pool.touch(1);
    expect(pool.free).toBe(2);
    expect(take(pool, 2)).toEqual([0, 2]);
    expect(pool.find(101)).toBe(1);
  });

  test("moves to the end of the free list when it was used again: least recently used goes first", () => {
    const pool = new BlockPool(3);
    take(pool, 3).forEach((block) => {
      pool.release(block);
    });
    pool.touch(0);
    pool.release(0);
    expect(take(pool, 3)).toEqual([1, 2, 0]);
  });
});

describe("equal content in several blocks", () => {
  const three = (): BlockPool => {
    const pool = new BlockPool(3);
    for (const block of take(pool, 3)) pool.cache(block, 5);
    return pool;
  };

  test.each([
    [0, [1, 2]],
    [1, [0, 2]],
    [2, [0, 1]],
  ])("is still found after block %i has gone, in the order of caching", (gone, left) => {
    const pool = three();
    pool.release(gone);
    expect(pool.allocate()).toBe(gone);
    for (const block of left) {
      expect(pool.find(5)).toBe(block);
      pool.release(block);
      pool.allocate();
    }
    expect(pool.find(5)).toBe(-1);
  });
});

/** What the pool does, without linked lists. */
class PlainPool {
  freeList: number[];
  uses: number[];
  /** Hash and blocks in order of caching. */
  cached: { content: number; block: number }[] = [];

  constructor(count: number) {
    this.freeList = Array.from({ length: count }, (_, i) => i);
    this.uses = Array<number>(count).fill(0);
  }

  find = (content: number): number => this.cached.find((entry) => entry.content === content)?.block ?? -1;

  allocate(): number {
    const block = this.freeList.shift()!;
    this.cached = this.cached.filter((entry) => entry.block !== block);
    this.uses[block] = 1;
    return block;
  }

  touch(block: number): void {
    if (this.uses[block]!++ === 0) this.freeList = this.freeList.filter((free) => free !== block);
  }

  release(block: number): void {
    if (--this.uses[block]! === 0) this.freeList.push(block);
  }
}

test("any sequence of operations does what a pool of plain arrays does", () => {
  const step = fc.record({
    op: fc.constantFrom("allocate", "touch", "release", "cache"),
    pick: fc.nat(),
    content: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), (count, steps) => {
      const pool = new BlockPool(count);
      const plain = new PlainPool(count);
      for (const { op, pick, content } of steps) {
        const used = plain.uses.flatMap((uses, block) => (uses > 0 ? [block] : []));
        const block = used[pick % used.length];
        if (op === "allocate" && plain.freeList.length > 0) expect(pool.allocate()).toBe(plain.allocate());
        else if (op === "touch" && plain.find(content) >= 0) {
          const hit = plain.find(content);
          pool.touch(hit);
          plain.touch(hit);
        } else if (op === "release" && block !== undefined) {
          pool.release(block);
          plain.release(block);
        } else if (op === "cache" && block !== undefined && !plain.cached.some((entry) => entry.block === block)) {
          pool.cache(block, content);
          plain.cached.push({ content, block });
        }
        expect(pool.free).toBe(plain.freeList.length);
        expect(plain.uses.map((_, i) => pool.referencesOf(i))).toEqual(plain.uses);
        expect([1, 2, 3, 4].map((h) => pool.find(h))).toEqual([1, 2, 3, 4].map(plain.find));
      }
    }),
    { numRuns: 200 },
  );
});

test("two memories that share an index each find their own block of a content", () => {
  const index = new CachedContents();
  const [left, right] = [new BlockPool(2, index), new BlockPool(2, index)];
  right.cache(right.allocate(), 7);
  expect([left.find(7), right.find(7)]).toEqual([-1, 0]);
  left.allocate();
  left.cache(left.allocate(), 7);
  expect([left.find(7), right.find(7)]).toEqual([1, 0]);
  right.release(0);
  right.allocate();
  right.allocate();
  expect([left.find(7), right.find(7)]).toEqual([1, -1]);
});
