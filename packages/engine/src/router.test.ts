import { describe, expect, test } from "vitest";
import { routers } from "./router.js";

const idle = { waiting: 0, running: 0 };

describe("LOAD", () => {
  const router = routers.LOAD(1);

  test("takes the instance with the least to do, the first one on ties", () => {
    expect(router([{ waiting: 0, running: 5 }, { waiting: 0, running: 3 }, idle, idle])).toBe(2);
  });

  test("counts a waiting request like four running ones", () => {
    expect(
      router([
        { waiting: 1, running: 0 },
        { waiting: 0, running: 3 },
      ]),
    ).toBe(1);
    expect(
      router([
        { waiting: 1, running: 0 },
        { waiting: 0, running: 5 },
      ]),
    ).toBe(0);
  });
});

test("RR takes the instances in turn, whatever their load", () => {
  const router = routers.RR(1);
  const busy = { waiting: 9, running: 9 };
  expect([0, 1, 2, 3, 4].map(() => router([busy, idle, idle]))).toEqual([0, 1, 2, 0, 1]);
});

describe("RAND", () => {
  const drawn = (seed: number, n: number): number[] => {
    const router = routers.RAND(seed);
    return Array.from({ length: n }, () => router([idle, idle, idle]));
  };

  test("follows its seed", () => {
    expect(drawn(42, 50)).toEqual(drawn(42, 50));
    expect(drawn(42, 50)).not.toEqual(drawn(43, 50));
  });

  test("takes every instance about equally often", () => {
    const counts = [0, 0, 0];
    for (const i of drawn(7, 3000)) counts[i]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100);
  });
});
