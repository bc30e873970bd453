import { describe, expect, test } from "vitest";
import { llama } from "../test/synthetic-profile.js";
import { kvBytesPerToken } from "./kv-bytes.js";
import { layerSizes, weightBytes } from "./model-weights.js";
import { rankModel } from "./rank-model.js";

/** Llama-3.1-8B: heads 32 and 8 of 128, hidden 4096, MLP 14336, vocabulary 128256 = 64 x 2004. */
describe("a GPU's part of a model", () => {
  test("is the model itself where there is one GPU", () => {
    expect(rankModel(llama, 1)).toBe(llama);
  });

  // A layer's attention 41,943,040 / 2, its MLP 176,160,768 / 2, its norms 8,192 whole; 32 layers, the last norm's 4,096,
  // embedding and head 2 x 64,128 x 4096.
  test("of two GPUs holds half of all weights but the norms", () => {
    const layer = 41_943_040 / 2 + 176_160_768 / 2 + 8_192;
    expect(weightBytes(rankModel(llama, 2), 1)).toBe(32 * layer + 4_096 + 2 * 64_128 * 4_096);
  });

  test("holds its KV heads, and one at least: beyond 8 GPUs KV heads are there more than once", () => {
    expect([1, 2, 4, 8, 16].map((tp) => kvBytesPerToken(rankModel(llama, tp), 2))).toEqual([
      131_072, 65_536, 32_768, 16_384, 16_384,
    ]);
    expect(layerSizes(rankModel(llama, 16), "qkv_proj", 1, 1)).toEqual({
      input: 4096,
      weight: 4096 * (2 + 2 * 1) * 128,
      output: (2 + 2 * 1) * 128,
    });
  });

  test("keeps the size of a head where the config does not name it", () => {
    const { head_dim: _, ...unnamed } = { ...llama, head_dim: 128 };
    expect(rankModel(unnamed, 4).head_dim).toBe(128);
  });

  test("has its share of a vocabulary that is padded to a multiple of 64", () => {
    expect(rankModel({ ...llama, vocab_size: 128_257 }, 2).vocab_size).toBe(64_160);
  });

  test.each([
    [3, {}, /3 GPUs cannot share 32 query heads evenly \(tp_size has to divide/],
    [8, { num_key_value_heads: 6, num_attention_heads: 24 }, /8 GPUs cannot share 6 KV heads evenly/],
    [4, { intermediate_size: 1001 }, /4 GPUs cannot share 1001 columns of the MLP evenly/],
  ])("cannot be made of %d GPUs that do not divide it", (tp, change, message) => {
    expect(() => rankModel({ ...llama, ...change }, tp, "c.json: $.tp_size")).toThrow(message);
    expect(() => rankModel({ ...llama, ...change }, tp, "c.json: $.tp_size")).toThrow(/^c\.json: \$\.tp_size: /);
  });
});
