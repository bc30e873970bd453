import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Distribution, Samples } from "./distribution.js";

const of = (ms: readonly number[]): Distribution => {
  const distribution = new Distribution();
  for (const value of ms) distribution.add(value * 1e6);
  return distribution;
};

describe("statistics", () => {
  // Expected: numpy.mean and numpy.percentile (method "linear") of the same samples.
  test.each([
    ["one sample", [5], [5, 5, 5, 5, 5]],
    ["two", [1, 2], [1.5, 1.5, 1.9, 1.95, 1.99]],
    ["unsorted", [3, 1, 2, 10], [4, 2.5, 7.9, 8.95, 9.79]],
    ["repeated", [1, 1, 1, 2, 9, 9], [3.8333333333333335, 1.5, 9, 9, 9]],
    ["almost all equal", [7, 7, 7, 7, 8], [7.2, 7, 7.6, 7.8, 7.96]],
    ["1 to 100", Array.from({ length: 100 }, (_, i) => i + 1), [50.5, 50.5, 90.1, 95.05, 99.01]],
  ])("of %s are NumPy's", (_, samples, expected) => {
    const { mean, median, p90, p95, p99 } = of(samples).statisticsMs();
    [mean, median, p90, p95, p99].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 10);
    });
  });

  test("of no samples are zeros", () => {
    expect(new Distribution().statisticsMs()).toEqual({ mean: 0, median: 0, p90: 0, p95: 0, p99: 0 });
  });

  test("do not depend on the order of samples, to the last bit", () => {
    const samples = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(samples, (values) => {
        const [forth, back] = [new Distribution(), new Distribution()];
        for (const value of values) forth.add(value);
        for (const value of [...values].reverse()) back.add(value);
        expect(back.statisticsMs()).toEqual(forth.statisticsMs());
        expect(forth.size).toBe(values.length);
      }),
    );
  });

  test("lie between the neighbours in the sorted samples", () => {
    const samples = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(samples, (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const position = 0.9 * (sorted.length - 1);
        const [below, above] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!];
        const { p90 } = of(values).statisticsMs();
        expect(p90).toBeCloseTo(below + (above - below) * (position % 1), 9);
      }),
    );
  });

  test("of values that come again after the table has grown are those of the samples one by one", () => {
    const counted = new Distribution();
    const single = new Samples();
    for (let i = 0; i < 120_000; i++) {
      const value = (i * 7919) % 40_009;
      counted.add(value);
      single.add(value);
    }
    expect(counted.size).toBe(single.size);
    expect(counted.statisticsMs()).toEqual(single.statisticsMs());
  });
});
