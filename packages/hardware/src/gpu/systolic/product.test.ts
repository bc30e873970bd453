import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Arrays } from "./arrays.js";
import { productNs } from "./product.js";

/** 2 arrays of 4 x 8 at 1 GHz; memory of 16 bytes per ns. */
const arrays: Arrays = { count: 2, rows: 4, columns: 8, cyclesPerNs: 1, memoryBytes: 16 };
const fast: Arrays = { ...arrays, memoryBytes: 1e9 };

describe("a product on systolic arrays", () => {
  test("loads its tiles of activations one after another, and divides the outputs that stream over the arrays", () => {
    // 2 tiles of 4 inputs: each loads in 4 cycles, and 16 more outputs than an array is wide stream on 2 arrays.
    expect(productNs(fast, 8, 8, 24)).toBe(2 * (4 + 16 / 2));
    expect(productNs({ ...fast, cyclesPerNs: 2 }, 8, 8, 24)).toBe(4 + 16 / 2);
  });

  test("takes as long for one token as for as many as an array has columns, and twice that for one more", () => {
    expect(productNs(fast, 1, 8, 24)).toBe(24);
    expect(productNs(fast, 9, 8, 24)).toBe(48);
  });

  test("reads weights and activations once, behind the first piece", () => {
    // (8 x 24 + 16 x 8) elements of 2 bytes at 16 bytes per ns, then a second piece.
    expect(productNs(arrays, 16, 8, 24)).toBe(((8 * 24 + 16 * 8) * 2) / 16 + 24);
  });

  test("never takes less for more of anything, nor more for more arrays", () => {
    const size = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(size, size, size, size, (rows, input, output, more) => {
        const ns = productNs(arrays, rows, input, output);
        expect(productNs(arrays, rows + more, input, output)).toBeGreaterThanOrEqual(ns);
        expect(productNs(arrays, rows, input + more, output)).toBeGreaterThanOrEqual(ns);
        expect(productNs(arrays, rows, input, output + more)).toBeGreaterThanOrEqual(ns);
        expect(productNs({ ...arrays, count: 2 + more }, rows, input, output)).toBeLessThanOrEqual(ns);
      }),
    );
  });
});
