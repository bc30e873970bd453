import { describe, expect, test } from "vitest";
import { layerCurve, roundHalfEven } from "./layer-curve.js";

const curve = layerCurve("o_proj", { sizes: [2, 4, 8], timeUs: [1, 2.0006, 4] });

describe("a layer's time over its size", () => {
  test("is the sample at a sample, rounded to whole ns", () => {
    expect([2, 4, 8].map(curve)).toEqual([1000, 2001, 4000]);
  });

  test("is linear between samples, rounded down", () => {
    expect(curve(3)).toBe(1500);
    expect(curve(5)).toBe(2500);
  });

  test("is held below the first sample and extrapolated beyond the last two", () => {
    expect(curve(1)).toBe(1000);
    expect(curve(16)).toBe(4000 + 2 * 1999);
  });

  test("is at least 1 ns, even where it falls towards 0", () => {
    expect(layerCurve("act_fn", { sizes: [1, 2], timeUs: [2, 1] })(100)).toBe(1);
  });

  test("of one sample is constant", () => {
    expect([1, 5, 9].map(layerCurve("act_fn", { sizes: [5], timeUs: [3] }))).toEqual([3000, 3000, 3000]);
  });
});

test("no samples, or a size given twice, is an error that names the layer", () => {
  expect(() => layerCurve("o_proj", undefined)).toThrow(/no samples of layer "o_proj"/);
  expect(() => layerCurve("o_proj", { sizes: [1, 1], timeUs: [1, 2] })).toThrow(/"o_proj".*ascend/);
});

test("halves round to even", () => {
  expect([0.5, 1.5, 2.5, 2.4, 2.6].map(roundHalfEven)).toEqual([0, 2, 2, 2, 3]);
});
