/**
 * @module
 * Channels that share the tokens of a head: no more than their part each, no less in all.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { onEachChannel, wholeHeads } from "./token-parts.js";

const sum = (from: number, count: number, of: (at: number) => number): number =>
  Array.from({ length: count }, (_, i) => of(from + i)).reduce((all, one) => all + one, 0);

const decode = (context: number): number => 100 + 7 * context + (context % 3);

const costs = {
  decode,
  prefill: (context: number, tokens: number): number => sum(context + 1, tokens, decode),
  repeat: (context: number, tokens: number): number => tokens * decode(context),
  append: (_context: number, tokens: number): number => 5 * tokens,
};

const parts = fc.integer({ min: 1, max: 5 });
const context = fc.nat({ max: 60 });
const tokens = fc.integer({ min: 1, max: 40 });

test("a decode takes what the channel with most tokens takes", () => {
  fc.assert(
    fc.property(parts, tokens, (tokenParts, all) => {
      const { decode: shared } = onEachChannel(costs, { tokenParts, appends: true }, costs.append);
      expect(shared(all)).toBe(decode(Math.ceil(all / tokenParts)));
    }),
  );
});

test("a chunk is the sum of its queries", () => {
  fc.assert(
    fc.property(parts, context, tokens, (tokenParts, before, chunk) => {
      const shared = onEachChannel(costs, { tokenParts, appends: true }, costs.append);
      expect(shared.prefill(before, chunk)).toBe(sum(before + 1, chunk, shared.decode));
      expect(shared.repeat(before + 1, chunk)).toBe(chunk * shared.decode(before + 1));
    }),
  );
});

test("whole heads cost what they do, and appends nothing where they are left out", () => {
  expect(onEachChannel(costs, wholeHeads, costs.append)).toEqual(costs);
  expect(onEachChannel(costs, { tokenParts: 1, appends: false }, costs.append).append(10, 3)).toBe(0);
});
