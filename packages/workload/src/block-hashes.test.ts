import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockHash, blockHashChain } from "./block-hashes.js";
import { createRandom } from "./random.js";

const sequence = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 100 });
const blockSize = fc.integer({ min: 1, max: 20 });

describe("a chain of block hashes", () => {
  it("has one safe, nonzero whole number per full block", () => {
    fc.assert(
      fc.property(sequence, blockSize, (ids, size) => {
        const chain = blockHashChain(Int32Array.from(ids), 0, ids.length, size);
        expect(chain.length).toBe(Math.floor(ids.length / size));
        for (const hash of chain) expect(Number.isSafeInteger(hash) && hash > 0).toBe(true);
      }),
    );
  });

  it("depends on the ids alone, not on where they lie or what follows", () => {
    fc.assert(
      fc.property(sequence, sequence, sequence, blockSize, (before, ids, after, size) => {
        const all = Int32Array.from([...before, ...ids, ...after]);
        const start = before.length;
        const alone = blockHashChain(Int32Array.from(ids), 0, ids.length, size);
        expect(blockHashChain(all, start, start + ids.length, size)).toEqual(alone);
        expect(blockHashChain(all, start, all.length, size).slice(0, alone.length)).toEqual(alone);
      }),
    );
  });

  it("changes from the first differing block on, and only there", () => {
    fc.assert(
      fc.property(sequence, blockSize, fc.nat(), fc.integer({ min: 1, max: 1000 }), (list, size, place, change) => {
        const ids = Int32Array.from(list);
        const at = place % ids.length;
        const changed = ids.map((id, i) => (i === at ? id ^ change : id));
        const a = blockHashChain(ids, 0, ids.length, size);
        const b = blockHashChain(changed, 0, ids.length, size);
        for (let k = 0; k < a.length; k++) expect(a[k] === b[k]).toBe(k < Math.floor(at / size));
      }),
    );
  });

  it("tells the order of ids within a block", () => {
    const hash = (...ids: number[]) => blockHash(0, Int32Array.from(ids), 0, ids.length);
    expect(hash(1, 2)).not.toBe(hash(2, 1));
    expect(hash(0)).not.toBe(hash(0, 0));
  });

  it("does not collide over 200,000 blocks, random or near-equal, at the root or after a parent", () => {
    const random = createRandom(1, "blocks");
    const seen = new Set<number>();
    const block = new Int32Array(16);
    for (let i = 0; i < 100_000; i++) {
      for (let j = 0; j < 16; j++) block[j] = random.bits() >>> 15;
      seen.add(blockHash(0, block, 0, 16));
    }
    for (let i = 0; i < 50_000; i++) seen.add(blockHash(0, Int32Array.of(i, 0), 0, 2));
    for (let i = 1; i <= 50_000; i++) seen.add(blockHash(i, Int32Array.of(0, 0), 0, 2));
    expect(seen.size).toBe(200_000);
  });

  it("flips about half of the 53 bits for any one bit of an id", () => {
    const bits = (hash: number) => hash.toString(2).padStart(53, "0");
    let flips = 0;
    for (let bit = 0; bit < 31; bit++) {
      const a = bits(blockHash(0, Int32Array.of(5, 6, 7), 0, 3));
      const b = bits(blockHash(0, Int32Array.of(5, 6 ^ (1 << bit), 7), 0, 3));
      for (let i = 0; i < 53; i++) if (a[i] !== b[i]) flips++;
    }
    expect(flips / 31).toBeGreaterThan(23);
    expect(flips / 31).toBeLessThan(30);
  });

  it("is the same on every machine", () => {
    // Computed by a transcription to another language.
    expect([...blockHashChain(Int32Array.of(1, 2, 3, 4, 5), 0, 5, 2)]).toEqual([1310622587562490, 3132940592073361]);
  });
});
