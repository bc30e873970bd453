import { describe, expect, it } from "vitest";
import { exponential, gamma, normal } from "./distributions.js";
import { createRandom } from "./random.js";

function moments(draw: () => number) {
  const values = Array.from({ length: 100_000 }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance, min: values.reduce((a, b) => Math.min(a, b)) };
}

describe("distributions have the mean and variance of the textbook", () => {
  const random = createRandom(5, "moments");

  it("exponential: 1 and 1", () => {
    const { mean, variance, min } = moments(() => exponential(random));
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(min).toBeGreaterThanOrEqual(0);
  });

  it("normal: 0 and 1", () => {
    const { mean, variance } = moments(() => normal(random));
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  it.each([0.1, 0.5, 1, 4])("gamma of shape k: k and k, for k = %d", (shape) => {
    const { mean, variance, min } = moments(() => gamma(random, shape));
    expect(mean / shape).toBeCloseTo(1, 1);
    expect(Math.abs(variance / shape - 1)).toBeLessThan(0.1);
    expect(min).toBeGreaterThanOrEqual(0);
  });
});
