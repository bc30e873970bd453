import { expect, test } from "vitest";
import { llama } from "../../test/synthetic-profile.js";
import { architectureOf } from "./architecture.js";

test("Qwen3 normalises q and k between qkv_proj and rotary_emb; Llama does not", () => {
  expect(architectureOf(llama).pre).toEqual(["layernorm", "qkv_proj", "rotary_emb"]);
  expect(architectureOf({ ...llama, model_type: "qwen3" }).pre).toEqual([
    "layernorm",
    "qkv_proj",
    "qk_norm",
    "rotary_emb",
  ]);
});

test.each([
  ["num_local_experts in a known architecture", { num_local_experts: 8 }],
  ["n_routed_experts", { model_type: "deepseek_v3", n_routed_experts: 256 }],
  ["a type that ends in _moe", { model_type: "qwen3_moe" }],
])("a mixture of experts is refused: %s", (_, fields) => {
  expect(() => architectureOf({ ...llama, ...fields })).toThrow(
    /mixture-of-experts.*supported: dense llama, mistral, qwen2, qwen3, phi3, gpt2, opt/,
  );
});

test("an unknown architecture is refused with the ones that are known", () => {
  expect(() => architectureOf({ ...llama, model_type: "mamba" })).toThrow(
    /"mamba".*supported: dense llama, mistral, qwen2, qwen3, phi3, gpt2, opt/,
  );
  expect(() => architectureOf({ ...llama, model_type: "toString" })).toThrow(/"toString"/);
});

test("no experts is dense", () => {
  expect(architectureOf({ ...llama, num_experts: 0 }).modelType).toBe("llama");
});
