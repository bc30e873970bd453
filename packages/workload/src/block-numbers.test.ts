import fc from "fast-check";
import { expect, it } from "vitest";
import { blockHashChain } from "./block-hashes.js";
import { BlockNumbers } from "./block-numbers.js";
import { createChunkBuilder, type RequestChunk, requestAt } from "./request-chunk.js";

/** Whether two blocks are equal, for all pairs of blocks of all requests. */
const equalities = (chains: readonly ArrayLike<number>[]): boolean[] => {
  const all = chains.flatMap((chain) => Array.from(chain));
  return all.flatMap((a) => all.map((b) => a === b));
};

function expectHashes(chunk: RequestChunk, blockSize: number): void {
  const numbers = new BlockNumbers();
  const rows = Array.from({ length: chunk.count }, (_, row) => row);
  const chains = rows.map((row) => numbers.of(chunk, row, blockSize) ?? []);
  const hashes = rows.map((row) => {
    const { ids } = requestAt(chunk, row);
    return blockHashChain(ids, 0, ids.length, blockSize);
  });
  expect(chains.map(({ length }) => length)).toEqual(hashes.map(({ length }) => length));
  expect(equalities(chains)).toEqual(equalities(hashes));
  const distinct = new Set(chains.flatMap((chain) => Array.from(chain)));
  if (distinct.size > 0) expect(Math.min(...distinct)).toBeGreaterThan(0);
}

const few = fc.integer({ min: 0, max: 1 });
const blockSize = fc.constantFrom(2, 3, 4, 8);

it("blocks of token ids have one number exactly where they have one hash", () => {
  const prompts = fc.array(fc.array(few, { minLength: 1, maxLength: 12 }), { maxLength: 5 });
  fc.assert(
    fc.property(prompts, blockSize, (all, size) => {
      const builder = createChunkBuilder();
      for (const ids of all) builder.add(ids.length, 1, 0, ids);
      expectHashes(builder.take(), size);
    }),
    { numRuns: 50 },
  );
});

it("blocks of prompts with hash ids are equal exactly where their made-up tokens are", () => {
  const prompt = fc.record({
    ids: fc.array(few, { minLength: 1, maxLength: 4 }),
    missing: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(prompt, { maxLength: 5 }), blockSize, (all, size) => {
      const builder = createChunkBuilder();
      for (const { ids, missing } of all) builder.addHashed(4 * ids.length - missing, 1, 0, ids, 4);
      expectHashes(builder.take(), size);
    }),
    { numRuns: 50 },
  );
});

it("another block size makes other blocks", () => {
  const builder = createChunkBuilder();
  builder.addHashed(8, 1, 0, [1, 2], 4);
  builder.add(8, 1, 0);
  const chunk = builder.take();
  const numbers = new BlockNumbers();
  const [wide, narrow] = [numbers.of(chunk, 0, 4), numbers.of(chunk, 0, 2)];
  expect([wide?.length, narrow?.length]).toEqual([2, 4]);
  expect(Array.from(narrow ?? []).filter((number) => wide?.includes(number))).toEqual([]);
  expect(numbers.of(chunk, 1, 4)).toBeNull();
});
