import { describe, expect, it } from "vitest";
import { createLengths, type Lengths, parseLengths } from "./lengths.js";
import { createRandom } from "./random.js";

const draw = (lengths: Lengths, count = 20_000): number[] =>
  Array.from({ length: count }, createLengths(lengths, createRandom(9, "lengths")));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("lengths", () => {
  it("fixed are all the same", () => {
    expect(new Set(draw({ kind: "fixed", tokens: 128 }))).toEqual(new Set([128]));
  });

  it("uniform take every value of the range, ends included, equally often", () => {
    const values = draw({ kind: "uniform", min: 3, max: 7 });
    expect(new Set(values)).toEqual(new Set([3, 4, 5, 6, 7]));
    expect(mean(values)).toBeCloseTo(5, 1);
  });

  it("lognormal have the mean asked, in tokens, and the spread asked, in logarithms", () => {
    const values = draw({ kind: "lognormal", mean: 250, sigma: 0.9 });
    expect(Math.abs(mean(values) / 250 - 1)).toBeLessThan(0.05);
    const logs = values.map(Math.log);
    const center = mean(logs);
    expect(Math.sqrt(mean(logs.map((x) => (x - center) ** 2)))).toBeCloseTo(0.9, 1);
  });

  it("lognormal stay between 1 and the maximum", () => {
    const values = draw({ kind: "lognormal", mean: 2, sigma: 2, max: 40 });
    expect(values.reduce((a, b) => Math.min(a, b))).toBe(1);
    expect(values.reduce((a, b) => Math.max(a, b))).toBe(40);
  });

  it.each([
    ["fixed:128", { kind: "fixed", tokens: 128 }],
    ["uniform:2:40", { kind: "uniform", min: 2, max: 40 }],
    ["lognormal:250:0.9", { kind: "lognormal", mean: 250, sigma: 0.9 }],
    ["lognormal:250:0.9:4096", { kind: "lognormal", mean: 250, sigma: 0.9, max: 4096 }],
  ])("%s is read as such", (text, lengths) => {
    expect(parseLengths(text, "--input-lengths")).toEqual(lengths);
  });

  it.each([
    ["", "fixed:TOKENS, uniform:MIN:MAX"],
    ["fixed", "fixed:TOKENS"],
    ["fixed:0", "fixed:TOKENS"],
    ["fixed:1.5", "fixed:TOKENS"],
    ["fixed:", "fixed:TOKENS"],
    ["fixed:1:2", "fixed:TOKENS"],
    ["uniform:7:3", "uniform:MIN:MAX"],
    ["lognormal:250", "lognormal:MEAN:SIGMA[:MAX]"],
    ["lognormal:250:-1", "lognormal:MEAN:SIGMA[:MAX]"],
    ["lognormal:250:1e308", "lognormal:MEAN:SIGMA[:MAX]"],
    ["lognormal:250:1:0", "lognormal:MEAN:SIGMA[:MAX]"],
    ["lognormel:250:1", "lognormal:MEAN:SIGMA[:MAX]"],
    ["constructor:1", "fixed:TOKENS"],
  ])("%j is refused with the syntax", (text, hint) => {
    expect(() => parseLengths(text, "--input-lengths")).toThrow(`--input-lengths: expected a length distribution`);
    expect(() => parseLengths(text, "--input-lengths")).toThrow(hint);
  });
});
