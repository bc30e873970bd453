import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bisection, onGrid } from "./bisection.js";
import { findCapacity, type LoadPoint } from "./capacity.js";

const search = { share: 0.99, tolerance: 0.02, around: [0.5, 1.02, 1.1, 1.5] };

/** A service that meets its level where `meets` says so. */
const service =
  (meets: (rate: number) => boolean) =>
  async (rate: number): Promise<LoadPoint> => ({
    rate,
    share: meets(rate) ? 1 : 0.5,
    goodput: rate,
    throughput: 10,
  });

describe("the capacity", () => {
  test("is the greatest rate that passes, within the tolerance, wherever that is", async () => {
    const limits = fc.double({ min: 0.05, max: 5000, noNaN: true });
    const guesses = fc.option(fc.double({ min: 0.2, max: 5, noNaN: true }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(limits, guesses, async (limit, guess) => {
        const { rate, uneven } = await findCapacity(
          service((load) => load <= limit),
          { ...search, ...(guess && { near: limit * guess }) },
        );
        expect(rate).toBeLessThanOrEqual(limit);
        expect(rate * 1.02).toBeGreaterThan(limit * (1 - 1e-9));
        expect(uneven).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  test("is any rate where all requests may arrive at once, and none where not even single ones pass", async () => {
    expect(
      (
        await findCapacity(
          service(() => true),
          search,
        )
      ).rate,
    ).toBe(Number.POSITIVE_INFINITY);
    expect(
      (
        await findCapacity(
          service(() => false),
          search,
        )
      ).rate,
    ).toBe(0);
  });

  test("goes on from a greater rate that passes, and says that some below it do not", async () => {
    const island = (rate: number): boolean => rate <= 8 || (rate > 8.6 && rate <= 9);
    const { rate, uneven } = await findCapacity(service(island), search);
    expect(rate).toBeGreaterThan(9 / 1.02);
    expect(rate).toBeLessThanOrEqual(9);
    expect(uneven).toBe(true);
  });
});

test("bisection on a grid ends at neighbours", async () => {
  for (let limit = 1; limit < 8; limit++) {
    const found = await bisection({ passing: 1, failing: 8 }, onGrid(1, 0), async (value) => value <= limit);
    expect(found).toEqual({ passing: limit, failing: limit + 1 });
  }
});
