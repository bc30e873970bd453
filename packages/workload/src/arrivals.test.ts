import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Arrivals, createArrivals, rescaleArrivals } from "./arrivals.js";
import { createRandom } from "./random.js";
import { createChunkBuilder, type RequestChunk } from "./request-chunk.js";

function draw(arrivals: Arrivals, count: number): number[] {
  const next = createArrivals(arrivals, createRandom(11, "arrivals"));
  return Array.from({ length: count }, next);
}

function gapStatistics(times: readonly number[]) {
  const gaps = times.slice(1).map((ns, i) => ns - (times[i] ?? Number.NaN));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  return { mean, cv: deviation / mean };
}

describe("generated arrivals", () => {
  it.each([
    ["poisson", undefined, 1],
    ["gamma", 1, 1],
    ["gamma", 3, 3],
    ["gamma", 0.25, 0.25],
    ["constant", undefined, 0],
  ] as const)("%s with cv %s come at the rate asked, gaps varying by %d", (process, cv, expected) => {
    const times = draw({ process, requestsPerSecond: 50, ...(cv === undefined ? {} : { cv }) }, 50_000);
    const statistics = gapStatistics(times);
    expect(Math.abs(statistics.mean / 2e7 - 1)).toBeLessThan(0.05);
    expect(Math.abs(statistics.cv - expected)).toBeLessThan(0.05 * Math.max(1, expected));
  });

  it("are whole ns from 0, never going back", () => {
    const times = draw({ process: "poisson", requestsPerSecond: 1e8 }, 1000);
    expect(times[0]).toBe(0);
    expect(times.every((ns, i) => Number.isSafeInteger(ns) && ns >= (times[i - 1] ?? 0))).toBe(true);
  });

  it("come all at once at an infinite rate", () => {
    expect(draw({ process: "poisson", requestsPerSecond: Infinity }, 3)).toEqual([0, 0, 0]);
  });

  it.each([0, -1, Number.NaN, 7.4e-323, 1e10])("at rate %d are refused", (requestsPerSecond) => {
    expect(() => draw({ process: "constant", requestsPerSecond }, 1)).toThrow("expected requests per second from 1e-6");
  });

  it.each([0, 1e-200, 1e200])("are refused with a cv of %d", (cv) => {
    expect(() => draw({ process: "gamma", requestsPerSecond: 1, cv }, 1)).toThrow("expected as cv a number from 0.001");
  });

  it("of an unknown process are refused, with a suggestion", () => {
    const process = "poison" as "poisson";
    expect(() => draw({ process, requestsPerSecond: 1 }, 1)).toThrow('did you mean "poisson"?');
  });
});

function chunksAt(...times: number[][]): RequestChunk[] {
  const builder = createChunkBuilder();
  return times.map((chunk) => {
    for (const ns of chunk) builder.add(1, 1, ns);
    return builder.take();
  });
}
const timesOf = (chunks: readonly RequestChunk[]) => chunks.flatMap((chunk) => [...chunk.arrivalNs]);

describe("rescaled arrivals", () => {
  it("keep the first arrival and their proportions", () => {
    const chunks = chunksAt([1e9, 2e9], [5e9]);
    expect(timesOf(rescaleArrivals(chunks, 1))).toEqual([1e9, 1.5e9, 3e9]);
    expect(timesOf(rescaleArrivals(chunks, Infinity))).toEqual([1e9, 1e9, 1e9]);
    expect(timesOf(chunks)).toEqual([1e9, 2e9, 5e9]);
  });

  it("have the rate asked, in whole ns and in the same order", () => {
    const times = fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(times, fc.double({ min: 0.01, max: 1000, noNaN: true }), (list, rate) => {
        fc.pre(new Set(list).size > 1);
        const sorted = [...list].sort((a, b) => a - b);
        const scaled = timesOf(rescaleArrivals(chunksAt(sorted), rate));
        const seconds = ((scaled.at(-1) ?? Number.NaN) - (scaled[0] ?? Number.NaN)) / 1e9;
        expect(Math.abs((scaled.length - 1) / rate - seconds)).toBeLessThan(1e-8 + seconds * 1e-12);
        expect(scaled[0]).toBe(sorted[0]);
        expect(scaled.every((ns, i) => Number.isSafeInteger(ns) && ns >= (scaled[i - 1] ?? 0))).toBe(true);
      }),
    );
  });

  it("are an error where all come at once, and no change for a single request", () => {
    expect(() => rescaleArrivals(chunksAt([5, 5]), 10)).toThrow("arrive at once");
    expect(timesOf(rescaleArrivals(chunksAt([5, 5]), Infinity))).toEqual([5, 5]);
    expect(timesOf(rescaleArrivals(chunksAt([5]), 10))).toEqual([5]);
    expect(() => rescaleArrivals(chunksAt([5, 6]), 0)).toThrow("from 1e-6 to 1e9");
  });
});
