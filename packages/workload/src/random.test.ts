import { describe, expect, it } from "vitest";
import { createRandom, createXoshiro } from "./random.js";

describe("random numbers", () => {
  it("are those of the reference implementation of xoshiro128**", () => {
    // Outputs of xoshiro128starstar.c 1.1 from the state 1, 2, 3, 4, as other implementations publish them.
    const random = createXoshiro(1, 2, 3, 4);
    const expected = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597];
    expect(Array.from(expected, random.bits)).toEqual(expected);
  });

  it("are the same for the same seed and stream, and different for another seed, high word included, or stream", () => {
    const first = (seed: number, stream: string) => createRandom(seed, stream).bits();
    expect(first(42, "arrivals")).toBe(first(42, "arrivals"));
    const others = [
      first(42, "arrivals"),
      first(43, "arrivals"),
      first(42 + 2 ** 32, "arrivals"),
      first(42, "lengths"),
    ];
    expect(new Set(others).size).toBe(4);
  });

  it("are uniform in [0, 1)", () => {
    const random = createRandom(7, "uniform");
    const draws = Array.from({ length: 100_000 }, () => Math.floor(random.uniform() * 10));
    for (let bin = 0; bin < 10; bin++) {
      expect(Math.abs(draws.filter((draw) => draw === bin).length - 10_000)).toBeLessThan(400);
    }
  });
});
