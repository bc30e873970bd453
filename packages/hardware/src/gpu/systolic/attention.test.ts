import { describe, expect, test } from "vitest";
import type { Arrays } from "./arrays.js";
import { systolicAttention } from "./attention.js";

/** 8 arrays of 128 x 128 at 1 GHz, as NeuPIMs has them; 1000 bytes per ns. */
const arrays: Arrays = { count: 8, rows: 128, columns: 128, cyclesPerNs: 1, memoryBytes: 1000 };
const heads8 = { heads: 8, kvHeads: 8, headDim: 128 };
const attention = systolicAttention(arrays, heads8, 2);
/** Reads and writes of 2 bytes for each of so many scores. */
const softmaxNs = (scores: number): number => (scores * 4) / 1000;

describe("attention on systolic arrays", () => {
  test("of decodes takes as long as their K and V take to read, and softmax", () => {
    const kvBytes = 16 * 1024 * 2 * 8 * 128 * 2;
    expect(attention(0, 0, 16, 1024)).toBeCloseTo(kvBytes / 1000 + softmaxNs(16 * 8 * 1024), 6);
  });

  test("of decodes is bound by loading and streaming where arrays are few", () => {
    const one = systolicAttention({ ...arrays, count: 1 }, heads8, 2);
    // By head: q loads and K streams, 128 + 1024 - 128; probabilities load in 8 tiles, whose V streams meanwhile.
    expect(one(0, 0, 1, 1024)).toBeCloseTo(8 * (1024 + 8 * 128) + softmaxNs(8 * 1024), 6);
  });

  test("of query heads that share K and V reads them once and streams them once", () => {
    const grouped = systolicAttention(arrays, { ...heads8, heads: 32 }, 2);
    const extra = softmaxNs(16 * 24 * 1024);
    expect(grouped(0, 0, 16, 1024)).toBeCloseTo(attention(0, 0, 16, 1024) + extra, 6);
  });

  test("of a prompt leaves out what lies behind its tokens, and takes all of what is cached", () => {
    const whole = attention(0, 2048, 0, 0);
    expect(attention(2048, 0, 0, 0) / attention(1024, 0, 0, 0)).toBeGreaterThan(3);
    expect(attention(2048, 0, 0, 0) / attention(1024, 0, 0, 0)).toBeLessThan(4.5);
    expect(attention(128, 2048, 0, 0)).toBeGreaterThan(attention(128, 0, 0, 0) + whole / 2);
  });

  test("of a prompt and decodes takes no longer than of both apart", () => {
    const apart = attention(512, 0, 0, 0) + attention(0, 0, 64, 1024);
    expect(attention(512, 0, 64, 1024)).toBeLessThanOrEqual(apart);
    expect(attention(512, 0, 64, 1024)).toBeGreaterThan(Math.max(attention(512, 0, 0, 0), attention(0, 0, 64, 1024)));
  });
});
