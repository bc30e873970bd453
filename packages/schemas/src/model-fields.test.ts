import { expect, test } from "vitest";
import { ModelConfig } from "./model.js";
import { refuseSlidingWindow, refuseUnknownAttention } from "./model-support.js";
import { parseWith } from "./parse.js";

const gpt2 = { model_type: "gpt2", n_embd: 768, n_head: 12, n_layer: 12, n_positions: 1024, vocab_size: 50257 };
const opt = {
  model_type: "opt",
  hidden_size: 768,
  ffn_dim: 3072,
  num_attention_heads: 12,
  num_hidden_layers: 12,
  max_position_embeddings: 2048,
  word_embed_proj_dim: 768,
  vocab_size: 50272,
};

test("GPT-2's words are read as Llama's, and its feed-forward layer is four times as wide where it does not say", () => {
  const usual = { hidden_size: 768, num_attention_heads: 12, num_hidden_layers: 12, max_position_embeddings: 1024 };
  expect(ModelConfig.parse(gpt2)).toMatchObject({ ...usual, intermediate_size: 3072, tie_word_embeddings: true });
  expect(ModelConfig.parse({ ...gpt2, n_inner: null })).toMatchObject({ intermediate_size: 3072 });
  expect(ModelConfig.parse({ ...gpt2, n_inner: 1000 })).toMatchObject({ intermediate_size: 1000 });
});

test("OPT's words are read as Llama's", () => {
  expect(ModelConfig.parse(opt)).toMatchObject({ intermediate_size: 3072, tie_word_embeddings: true });
  expect(ModelConfig.parse({ ...opt, tie_word_embeddings: false }).tie_word_embeddings).toBe(false);
});

test("a field that no family's word gives is missed by its usual name", () => {
  const { n_layer: _, ...noLayers } = gpt2;
  expect(() => parseWith(ModelConfig, noLayers, "mine.json")).toThrow(/num_hidden_layers/);
});

test.each([
  ["latent attention", { kv_lora_rank: 512 }, /latent attention \(kv_lora_rank 512\)/],
  ["layers of different kinds", { layer_types: ["full_attention", "sliding_attention"] }, /sliding_attention/],
  ["a projected embedding", { word_embed_proj_dim: 512 }, /word_embed_proj_dim 512/],
  ["normalisation behind a block", { do_layer_norm_before: false }, /normalisation/],
  ["attention beside the feed-forward layer", { parallel_attn: true }, /beside/],
])("%s is refused by name", (_, fields, message) => {
  const model = ModelConfig.parse(opt);
  expect(() => refuseUnknownAttention(model)).not.toThrow();
  expect(() => refuseUnknownAttention({ ...model, ...fields })).toThrow(message);
});

test("a sliding window is refused where it cuts a context that is served", () => {
  const windowed = { ...ModelConfig.parse(opt), sliding_window: 4096 };
  expect(() => refuseSlidingWindow(windowed, 4096, "here")).not.toThrow();
  expect(() => refuseSlidingWindow(windowed, 8192, "here")).toThrow(/here: a sliding window \(4096 of 8192 tokens\)/);
  expect(() => refuseSlidingWindow({ ...windowed, use_sliding_window: false }, 8192, "here")).not.toThrow();
});

test("heads that leave no element of the hidden size to each are refused", () => {
  expect(() => parseWith(ModelConfig, { ...gpt2, n_head: 1000 }, "config.json")).toThrow(
    "config.json: $.num_attention_heads: 1000 heads leave none of hidden_size (768) to each",
  );
});
