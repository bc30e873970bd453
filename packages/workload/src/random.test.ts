import { describe, expect, it } from "vitest";
import { createRandom } from "./random.js";

describe("random numbers", () => {
  it("are the same on any machine and in any release: a seed is a promise", () => {
    const random = createRandom(42, "arrivals");
    expect(Array.from({ length: 4 }, random.bits)).toEqual([2650432681, 2626183913, 772750447, 1481418110]);
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
