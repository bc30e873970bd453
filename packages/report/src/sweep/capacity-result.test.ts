import { describe, expect, test } from "vitest";
import { type CapacityOfMode, capacityNotes, gpusFor } from "./capacity-result.js";

const question = { slo: { tpotMs: 20 }, share: 0.99, tolerance: 0.02, dataset: "mixed", requests: 300, gpus: 2 };
const answer = (rates: readonly number[], uneven = false): CapacityOfMode => ({
  mode: "auto",
  rate: rates[0] ?? 0,
  curve: [],
  uneven,
  bySeed: new Map(rates.map((rate, i) => [42 + i, rate])),
});

describe("a capacity", () => {
  test("that depends on the seed says so, one within the tolerance does not", () => {
    expect(capacityNotes(question, [answer([10, 10.3, 9.95])])).toEqual([]);
    expect(capacityNotes(question, [answer([10, 12, 9])])).toEqual([
      "auto: the answer depends on the seed of the arrivals: 9.00 to 12.0 requests/s over 3 of them; more requests make it depend less",
    ]);
    expect(capacityNotes(question, [answer([10], true)])[0]).toContain("a rate below the answer misses the share");
  });

  test("is multiplied by whole clusters", () => {
    expect(gpusFor(question, 30, 10)).toBe(6);
    expect(gpusFor(question, 31, 10)).toBe(8);
    expect(gpusFor(question, 31, Number.POSITIVE_INFINITY)).toBe(2);
    expect(gpusFor(question, 31, 0)).toBeNull();
  });
});
