import { describe, expect, test } from "vitest";
import { ideal, specSheet } from "../../../test/spec-sheet.js";
import { type AnalyticConstants, analyticConstants } from "./constants.js";
import { attentionKernel, passKernel, productKernel } from "./kernels.js";

/** Without what is lost on the way, so that each time is a fraction that can be written down. */
const lossless: AnalyticConstants = {
  ...analyticConstants,
  product: { fixedNs: 1000, padding: 1, tail: 0 },
  pass: { warmL2: 0.5, warmSpeed: 4, layers: { act_fn: { fixedNs: 100, traffic: 1 } } },
  attention: {
    FA2: {
      promptFixedNs: 1000,
      tileRows: 64,
      blockCycles: 0,
      emptyBlockCycles: 0,
      rereads: 1,
      rereadL2: 1,
      decodeFixedNs: 2000,
      decodeBlockNs: 0,
      coldL2: 0,
      coldSpan: 1,
    },
    FA3: { ...analyticConstants.attention.FA3, promptFixedNs: 1000, blockCycles: 0, decodeFixedNs: 2000, coldL2: 0 },
  },
};
const figures = { constants: lossless, efficiencies: ideal };
const spec = specSheet();

describe("a product", () => {
  const product = productKernel(spec, "bfloat16", figures);

  test("of few rows takes what its weights take to read", () => {
    // 2 x 4000 x 4000 bytes at 1000 a ns; 16 rows are computed: 5120 ns beside 32,000.
    const bytes = 2 * (4000 * 4000 + 4000 + 4000);
    expect(product(1, 4000, 4000)).toBeCloseTo(1000 + Math.hypot(bytes / 1000, (2 * 16 * 4000 * 4000) / 100_000), 6);
  });

  test("of many rows takes what it takes to compute, in tiles of 128 rows", () => {
    const compute = (rows: number): number => (2 * rows * 4000 * 4000) / 100_000;
    expect(product(12_800, 4000, 4000)).toBeGreaterThan(1000 + compute(12_800));
    expect(product(12_800, 4000, 4000)).toBeLessThan(1000 + 1.01 * compute(12_800));
    expect(product(129, 4000, 4000) - product(128, 4000, 4000)).toBeGreaterThan(0.8 * compute(128) - 32_000);
    expect(product(256, 4000, 4000) - product(129, 4000, 4000)).toBeLessThan(2000);
  });

  test("in fp8 reads half the weights at twice the rate; without such cores it computes in bf16", () => {
    const { fp8: _, ...tflops } = spec.tflops;
    const rows = 12_800;
    const fp8 = productKernel(spec, "fp8", figures)(rows, 4000, 4000);
    const unpacked = productKernel({ ...spec, tflops }, "fp8", figures)(rows, 4000, 4000);
    expect((fp8 - 1000) / (product(rows, 4000, 4000) - 1000)).toBeCloseTo(0.5, 1);
    expect(unpacked / product(rows, 4000, 4000)).toBeCloseTo(1, 2);
    expect(productKernel({ ...spec, tflops }, "fp8", figures)(1, 4000, 4000)).toBeLessThan(
      0.6 * product(1, 4000, 4000),
    );
  });

  test("in fp32 is refused where the spec sheet has no such rate", () => {
    expect(() => productKernel(spec, "float32")).toThrow(/ROUND: has no float32 rate/);
  });
});

test("a pass reads from L2 what fits there, and the rest from memory", () => {
  const pass = passKernel(spec, "act_fn", 1, figures);
  const half = 50 * 2 ** 20;
  expect(pass(half)).toBeCloseTo(100 + half / 4000, 6);
  expect(pass(3 * half)).toBeCloseTo(100 + half / 4000 + (2 * half) / 1000, 6);
  expect(passKernel(spec, "act_fn", 2, figures)(0)).toBe(200);
  expect(() => passKernel(spec, "qkv_proj", 1)).toThrow(/"qkv_proj"/);
});

describe("attention", () => {
  const shape = { heads: 32, kvHeads: 8, headDim: 128 };
  const attention = attentionKernel(spec, shape, 2, figures);
  /** ns that a block of 64 rows takes per token, all 100 SMs at work. */
  const tokenNs = (4 * 64 * 128 * 100) / 100_000;

  test("of decodes reads K and V once", () => {
    expect(attention(0, 0, 16, 1000)).toBeCloseTo(2000 + (16 * 1000 * 2 * 8 * 128 * 2) / 1000, 6);
    expect(attentionKernel(spec, shape, 1, figures)(0, 0, 16, 1000)).toBeCloseTo(
      2000 + (16 * 1000 * 2 * 8 * 128) / 1000,
      6,
    );
  });

  test("of a prompt whose blocks fit on the SMs takes as long as its longest block", () => {
    const read = (164 * 2 * 8 * 128 * 2) / 1000;
    expect(attention(64, 100, 0, 0)).toBeCloseTo(1000 + Math.cbrt((164 * tokenNs) ** 3 + read ** 3), 6);
  });

  test("of a longer prompt takes its blocks in waves", () => {
    // 32 heads x 8 tiles on 100 SMs: three waves of a mean context of (512 + 64)/2.
    expect(attention(512, 0, 0, 0)).toBeCloseTo(1000 + 3 * 288 * tokenNs, -2);
  });

  test("of decodes beside a prompt gives each head of each decode a block: more than SMs is a second wave", () => {
    const alone = attention(64, 0, 0, 0);
    expect(attention(64, 0, 2, 64)).toBeLessThan(1.05 * alone);
    expect(attention(64, 0, 4, 64)).toBeGreaterThan(1.4 * alone);
  });

  test("FlashAttention 3 takes prompt and decodes apart", () => {
    const apart = attentionKernel(specSheet("FA3"), shape, 2, figures);
    expect(apart(512, 100, 8, 1000)).toBeCloseTo(apart(512, 100, 0, 0) + apart(0, 0, 8, 1000), 6);
  });
});
