import { describe, expect, it } from "vitest";
import { ticks, tickText, timeUnitFor } from "./axis.js";

describe("ticks", () => {
  it.each([
    [37, [0, 10, 20, 30, 40]],
    [1, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.0031, [0, 0.001, 0.002, 0.003, 0.004]],
    [128, [0, 50, 100, 150]],
    [0, [0, 1]],
  ])("up to %d are round numbers that enclose the data", (greatest, expected) => {
    expect(ticks(greatest)).toEqual(expected);
  });

  it("are written without digits that they do not have", () => {
    expect([0.2, 2500, 0.1 + 0.2].map(tickText)).toEqual(["0.2", "2,500", "0.3"]);
  });
});

it("times are in the largest unit of which they are at least two", () => {
  expect([5e9, 1.9e9, 3e6, 900].map((ns) => timeUnitFor(ns).name)).toEqual(["s", "ms", "ms", "µs"]);
});
