import type { GpuProfile } from "@tandem-sim/schemas";
import { describe, expect, test } from "vitest";
import { syntheticProfile } from "../../test/synthetic-profile.js";
import { type AttentionNs, attentionCost } from "./attention.js";

type Row = [chunk: number, kvPrefill: number, nDecode: number, kvDecode: number, timeUs: number];

function profileOf(rows: Row[], form: GpuProfile["form"] = "raw", skew = syntheticProfile().skew): GpuProfile {
  const column = (i: number): number[] => rows.map((row) => row[i] as number);
  const [prefillChunk, kvPrefill, nDecode, kvDecode, timeUs] = [0, 1, 2, 3, 4].map(column) as [
    number[],
    number[],
    number[],
    number[],
    number[],
  ];
  return { ...syntheticProfile(), form, skew, attention: { prefillChunk, kvPrefill, nDecode, kvDecode, timeUs } };
}

/** Time of decodes that are all equally long. */
const even =
  (cost: AttentionNs) =>
  (chunk: number, kvPrefill: number, n: number, kv: number): number =>
    cost(chunk, kvPrefill, n, kv, kv, kv);

const grid: Row[] = [
  [0, 0, 1, 100, 1],
  [0, 0, 1, 200, 2],
  [0, 0, 2, 100, 3],
  [0, 0, 2, 200, 5],
  [16, 0, 0, 0, 10],
  [16, 64, 0, 0, 14],
  [16, 0, 1, 100, 11],
  [16, 0, 1, 200, 12],
  [16, 64, 1, 100, 15],
  [16, 64, 1, 300, 17],
];

describe.each(["raw", "compact"] as const)("attention, %s form", (form) => {
  const at = even(attentionCost(profileOf(grid, form)));

  test("is the sample at a sample", () => {
    for (const [chunk, kvPrefill, n, kv, us] of grid) expect(at(chunk, kvPrefill, n, kv)).toBe(us * 1000);
  });

  test("is linear on every axis, each row with its own kv_decode knots", () => {
    expect(at(0, 0, 1, 150)).toBe(1500);
    expect(at(16, 32, 0, 0)).toBe(12_000);
    // Row 0 at 150: 11.5 us; row 64 at 150, between its knots 100 and 300: 15.5 us.
    expect(at(16, 32, 1, 150)).toBe(13_500);
    expect(at(8, 0, 1, 100)).toBe(6000);
  });

  test("is held below the first knot and extrapolated beyond the last two", () => {
    expect(at(0, 0, 1, 1)).toBe(1000);
    expect(at(0, 0, 1, 400)).toBe(4000);
    expect(at(0, 0, 4, 100)).toBe(7000);
    expect(at(16, 128, 0, 0)).toBe(18_000);
  });

  test("is at least 1 ns", () => {
    const falling = even(attentionCost(profileOf([[0, 0, 1, 100, 2], [0, 0, 1, 200, 1]], form))); // biome-ignore format: rows
    expect(falling(0, 0, 1, 1000)).toBe(1);
  });
});

describe("beyond the decodes that were measured beside a prefill chunk", () => {
  test("the raw form takes the nearest slice by squared distance: of (16, 2), that is (16, 1)", () => {
    expect(even(attentionCost(profileOf(grid)))(16, 0, 2, 100)).toBe(11_000);
  });

  test("a tie goes to the smaller chunk", () => {
    // (2, 3) is as far from (0, 3) as from (2, 1).
    const rows: Row[] = [[0, 0, 3, 100, 1], [2, 0, 1, 100, 9]]; // biome-ignore format: rows
    expect(even(attentionCost(profileOf(rows)))(2, 0, 3, 100)).toBe(1000);
  });

  test("the compact form extrapolates along its own decodes", () => {
    expect(even(attentionCost(profileOf(grid, "compact")))(16, 0, 2, 100)).toBe(12_000);
  });
});

describe("uneven decode lengths", () => {
  const { skew } = syntheticProfile();
  const rows: Row[] = [0, 512].flatMap((chunk) =>
    [1, 16].flatMap((n) => [100, 1000].map((kv): Row => [chunk, 0, n, kv, chunk + n * kv])),
  );
  const cost = attentionCost(profileOf(rows, "raw", skew));

  test("cost alpha times the way from t(mean) to t(max), alpha by bucket", () => {
    const [mean, max] = [16 * 200_000, 16 * 1_000_000];
    expect(cost(0, 0, 16, 200, 1000, 100)).toBe(mean + 0.1 * (max - mean));
    expect(cost(512, 0, 16, 200, 1000, 100)).toBe(512_000 + mean + 0.3 * (max - mean));
  });

  test("take the default alpha off the profiled chunks and in buckets that were not fitted", () => {
    const [mean, max] = [16 * 200_000, 16 * 1_000_000];
    expect(cost(256, 0, 16, 200, 1000, 100)).toBe(256_000 + mean + 0.05 * (max - mean));
    expect(cost(0, 0, 16, 900, 1000, 100)).toBe(16 * 900_000 + 0.05 * 16 * 100_000);
  });

  test("cost nothing extra for one decode or where max equals mean", () => {
    expect(cost(0, 0, 1, 200, 1000, 100)).toBe(200_000);
    expect(cost(0, 0, 16, 200, 200, 200)).toBe(16 * 200_000);
  });

  test("cost nothing extra where the longest would be faster than the mean", () => {
    const falling: Row[] = rows.map(([chunk, kvPrefill, n, kv]) => [chunk, kvPrefill, n, kv, 2000 - kv]);
    expect(attentionCost(profileOf(falling, "raw", skew))(0, 0, 16, 200, 1000, 100)).toBe(1_800_000);
  });

  test("fill bins to their upper edge: 1024 tokens still count as <= 1k", () => {
    const at1024 = cost(0, 0, 16, 200, 1024, 100);
    const [mean, max] = [16 * 200_000, 16 * 1_024_000];
    expect(at1024).toBe(mean + 0.1 * (max - mean));
    expect(cost(0, 0, 16, 200, 1025, 100)).toBeLessThan(at1024);
  });
});

test("a sample given twice is an error that says which", () => {
  expect(() => attentionCost(profileOf([...grid, grid[0] as Row]))).toThrow(
    /twice: chunk 0, kv_prefill 0, n_decode 1, kv_decode 100/,
  );
});
