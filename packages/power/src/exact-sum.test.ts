import fc from "fast-check";
import { expect, it } from "vitest";
import { ExactSum, quantaOf } from "./exact-sum.js";

function sumOf(values: readonly number[]): number {
  const sum = new ExactSum();
  for (const value of values) sum.addQuanta(quantaOf(value));
  return sum.value;
}

it("keeps small addends beside large ones", () => {
  expect(sumOf([2 ** 60, ...Array.from({ length: 1024 }, () => 0.25)])).toBe(2 ** 60 + 256);
});

it("does not depend on the order of the addends", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e18, noNaN: true })), (values) => {
      expect(sumOf(values.toReversed())).toBe(sumOf(values));
      expect(sumOf(values.toSorted((a, b) => a - b))).toBe(sumOf(values));
    }),
  );
});

it("is the sum to double precision", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { maxLength: 100 }), (values) => {
      expect(sumOf(values)).toBe(values.reduce((a, b) => a + b, 0));
    }),
  );
});
