import { describe, expect, test } from "vitest";
import { fitPiecewise, type WeightedCurve } from "./piecewise-fit.js";

const sizes = Array.from({ length: 200 }, (_, i) => i + 1);
const curveOf = (us: (size: number) => number, weight = 1): WeightedCurve => ({
  samples: { sizes, timeUs: sizes.map(us) },
  weights: sizes.map(() => weight),
});
const kinked = (at: number) => (size: number) => 10 + Math.max(0, size - at);

describe("a piecewise fit", () => {
  test("finds a kink with three knots", () => {
    const { layer } = fitPiecewise({ layer: curveOf(kinked(77)) }, 3, 2);
    expect(layer?.sizes).toEqual([1, 77, 200]);
    for (const [i, time] of layer.timeUs.entries()) expect(time).toBeCloseTo(kinked(77)(layer.sizes[i] as number), 6);
  });

  test("averages noise instead of following it", () => {
    const noisy = (size: number): number => 100 + (size % 2 === 0 ? 1 : -1);
    const { layer } = fitPiecewise({ layer: curveOf(noisy) }, 2, 2);
    for (const time of layer?.timeUs ?? []) expect(Math.abs(time - 100)).toBeLessThan(0.1);
  });

  test("gives its knots to the curves that weigh most, and to every curve its least", () => {
    const wave = (size: number): number => 100 + 10 * Math.sin(size / 10);
    const { heavy, light } = fitPiecewise({ heavy: curveOf(wave, 100), light: curveOf(wave, 0.01) }, 24, 4);
    expect(light?.sizes).toHaveLength(4);
    expect(heavy?.sizes).toHaveLength(20);
  });

  test("keeps few samples as they are", () => {
    const few: WeightedCurve = { samples: { sizes: [1, 2, 3], timeUs: [5, 9, 7] }, weights: [1, 1, 1] };
    expect(fitPiecewise({ few }, 12, 12).few).toEqual(few.samples);
  });
});
