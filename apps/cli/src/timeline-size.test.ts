import { describe, expect, it } from "vitest";
import { TimelineSize } from "./timeline-size.js";

/** What is told of iterations of 10 requests that write so many bytes each. */
function told(iterations: number, bytesEach: number, outputTokens: number): number[] {
  const expected: number[] = [];
  const size = new TimelineSize(outputTokens, (bytes) => expected.push(bytes));
  for (let i = 0; i < iterations; i++) {
    size.wrote("x".repeat(bytesEach));
    size.iteration(10);
  }
  return expected;
}

describe("the size of a timeline", () => {
  it("is told once, after 300 iterations, in proportion to the tokens that are left", () => {
    expect(told(1000, 1000, 10 * 300_000)).toEqual([1000 * 300_000]);
    expect(told(299, 1000, 10 * 300_000)).toEqual([]);
  });

  it("is not told of a timeline that stays small", () => {
    expect(told(1000, 1000, 10 * 1000)).toEqual([]);
  });

  it("is told at once where the first iterations are large", () => {
    expect(told(20, 30_000_000, 10 * 20)).toEqual([210e6 * (20 / 7)]);
  });
});
