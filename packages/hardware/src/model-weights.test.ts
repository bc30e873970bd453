import { describe, expect, test } from "vitest";
import { llama } from "../test/synthetic-profile.js";
import type { LayerName } from "./gpu/architecture.js";
import { kvBytesPerToken } from "./kv-bytes.js";
import { layerSizes, weightBytes } from "./model-weights.js";

describe("weights", () => {
  test("Llama-3.1-8B has 8,030,261,248 parameters", () => {
    expect(weightBytes(llama, 1)).toBe(8_030_261_248);
    expect(weightBytes(llama, 2)).toBe(16_060_522_496);
  });

  test("tied embeddings are held once", () => {
    expect(weightBytes(llama, 1) - weightBytes({ ...llama, tie_word_embeddings: true }, 1)).toBe(128256 * 4096);
  });

  test("Qwen3 adds a q and a k norm of head_dim per layer", () => {
    expect(weightBytes({ ...llama, model_type: "qwen3" }, 1) - weightBytes(llama, 1)).toBe(32 * 2 * 128);
  });

  test("attention_bias adds a bias to q, k, v and o", () => {
    expect(weightBytes({ ...llama, attention_bias: true }, 1) - weightBytes(llama, 1)).toBe(
      32 * (32 * 128 + 2 * 8 * 128 + 4096),
    );
  });

  test("Qwen3-0.6B, whose head_dim is not hidden / heads and whose embeddings are tied, has 596,049,920 parameters", () => {
    const qwen = {
      ...llama,
      model_type: "qwen3",
      hidden_size: 1024,
      intermediate_size: 3072,
      num_attention_heads: 16,
      num_hidden_layers: 28,
      head_dim: 128,
      vocab_size: 151936,
      tie_word_embeddings: true,
    };
    expect(weightBytes(qwen, 1)).toBe(596_049_920);
  });
});

test("K and V of one Llama-3.1-8B token take 128 KiB at 16 bits", () => {
  expect(kvBytesPerToken(llama, 2)).toBe(131072);
  expect(kvBytesPerToken(llama, 1)).toBe(65536);
});

/** input, weight, output of LLMServingSim's trace of a batch of 6 tokens, fp16. */
const traced: [LayerName, number, number, number][] = [
  ["embedding", 24, 1050673152, 49152],
  ["layernorm", 49152, 8192, 49152],
  ["qkv_proj", 49152, 50331648, 73728],
  ["rotary_emb", 61440, 0, 61440],
  ["o_proj", 49152, 33554432, 49152],
  ["gate_up_proj", 49152, 234881024, 344064],
  ["act_fn", 344064, 0, 172032],
  ["down_proj", 172032, 117440512, 49152],
];

describe("tensor sizes are those of LLMServingSim's traces", () => {
  test.each(traced)("%s", (layer, input, weight, output) => {
    expect(layerSizes(llama, layer, 6, 2)).toEqual({ input, weight, output });
  });

  test("attention reads the queries and the K and V of 396 tokens", () => {
    expect(layerSizes(llama, "attention", 6, 2, { kvTokens: 396 })).toEqual({
      input: 1671168,
      weight: 0,
      output: 49152,
    });
  });

  test("an fp8 KV cache halves what attention reads beside the queries", () => {
    expect(layerSizes(llama, "attention", 6, 2, { kvTokens: 396, kvElementBytes: 1 }).input).toBe(
      49152 + (1671168 - 49152) / 2,
    );
  });
});
