import { ModelConfig } from "@tandem-sim/schemas";
import { bundled, findModelFile, readModelConfig } from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { kvBytesPerToken, rankModel, weightBytes } from "../src/index.js";

/** Parameters of published weights. */
const published: Record<string, number> = {
  "Qwen/Qwen3-32B": 32_762_123_264,
  "Qwen/Qwen3-8B": 8_190_735_360,
  "meta-llama/LLaMA-65B": 65_285_660_672,
  "meta-llama/Llama-2-70B": 68_976_648_192,
  "meta-llama/Llama-2-7B": 6_738_415_616,
  "meta-llama/Llama-3.1-70B": 70_553_706_496,
  "meta-llama/Llama-3.1-8B": 8_030_261_248,
  "mistralai/Mistral-7B-v0.3": 7_248_023_552,
};

describe("parameters of bundled models are those that were published", () => {
  test.each(Object.entries(published))("%s: %i", (name, parameters) => {
    expect(weightBytes(readModelConfig(findModelFile(name)), 1)).toBe(parameters);
  });

  test.each([
    ["openai/GPT-3-175B", 175e9],
    ["openai/GPT-3-6.7B", 6.7e9],
    ["facebook/OPT-66B", 66e9],
  ])("%s: about %i, as its paper rounds it", (name, parameters) => {
    expect(Math.abs(weightBytes(readModelConfig(findModelFile(name)), 1) / parameters - 1)).toBeLessThan(0.007);
    expect(published).not.toHaveProperty([name]);
  });

  test("all of them are held against a figure", () => {
    expect(bundled.model).toHaveLength(Object.keys(published).length + 3);
  });
});

test.each([
  [
    "GPT-2",
    { model_type: "gpt2", n_embd: 768, n_head: 12, n_layer: 12, n_positions: 1024, vocab_size: 50257 },
    124_439_808,
  ],
  [
    "OPT-125M",
    {
      model_type: "opt",
      hidden_size: 768,
      ffn_dim: 3072,
      num_attention_heads: 12,
      num_hidden_layers: 12,
      max_position_embeddings: 2048,
      word_embed_proj_dim: 768,
      vocab_size: 50272,
    },
    125_239_296,
  ],
  [
    "Qwen2-7B",
    {
      model_type: "qwen2",
      hidden_size: 3584,
      intermediate_size: 18944,
      num_attention_heads: 28,
      num_key_value_heads: 4,
      num_hidden_layers: 28,
      max_position_embeddings: 32768,
      vocab_size: 152064,
    },
    7_615_616_512,
  ],
  [
    "Phi-3-mini",
    {
      model_type: "phi3",
      hidden_size: 3072,
      intermediate_size: 8192,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      max_position_embeddings: 131072,
      vocab_size: 32064,
    },
    3_821_079_552,
  ],
])("%s has the parameters that were published", (_, config, parameters) => {
  expect(weightBytes(ModelConfig.parse(config), 1)).toBe(parameters);
});

describe("tensor parallelism", () => {
  const llama70b = readModelConfig(findModelFile("meta-llama/Llama-3.1-70B"));

  test("gives each GPU its share of the weights; only norms are whole on all", () => {
    const whole = weightBytes(llama70b, 2);
    const norms = 2 * 8192 * (2 * 80 + 1);
    expect(weightBytes(rankModel(llama70b, 4), 2)).toBe((whole - norms) / 4 + norms);
  });

  test("replicates KV heads beyond their number, as vLLM does", () => {
    const share = weightBytes(rankModel(llama70b, 16), 2) * 16;
    expect(share).toBeGreaterThan(weightBytes(llama70b, 2) + 80 * 8192 * 2 * 8 * 128 * 2);
  });

  test("that cannot share the heads is refused", () => {
    expect(() => weightBytes(rankModel(llama70b, 3), 2)).toThrow(/3 GPUs cannot share 64 query heads/);
  });
});

test("K and V of a token take what each family's heads say", () => {
  const bytes = (name: string): number => kvBytesPerToken(readModelConfig(findModelFile(name)), 2);
  expect(bytes("meta-llama/Llama-3.1-70B")).toBe(80 * 2 * 8 * 128 * 2);
  expect(bytes("openai/GPT-3-175B")).toBe(96 * 2 * 96 * 128 * 2);
  expect(bytes("facebook/OPT-66B")).toBe(64 * 2 * 72 * 128 * 2);
});
