import { describe, expect, test } from "vitest";
import { ModelConfig } from "../model.js";
import { InstanceOptions } from "../options.js";
import { type GpuProfile, noSkew } from "./profile.js";
import { checkKvMeasured, checkProfile, type ProfileName } from "./profile-match.js";

const profile: GpuProfile = {
  hardware: "H100",
  model: "org/Small",
  variant: "bf16",
  tp: 1,
  kvCacheDtype: "auto",
  form: "raw",
  dense: {},
  perSequence: {},
  attention: { prefillChunk: [], kvPrefill: [], nDecode: [], kvDecode: [], timeUs: [] },
  heldChunks: [],
  skew: noSkew,
  source: "a test",
};
const wanted: ProfileName = { hardware: "H100", model: "org/Small", variant: "bf16", tp: 1 };

describe("a profile is of one GPU, model, dtype and degree", () => {
  test.each([
    ["hardware", { hardware: "A100" }, /hardware H100, the instance has A100/],
    ["model", { model: "org/Large" }, /model org\/Small, the instance has org\/Large/],
    ["dtype", { variant: "fp8" }, /dtype bf16, the instance has fp8/],
    ["tensor parallelism", { tp: 2 }, /tensor parallelism 1, the instance has 2/],
    ["more than one of them", { tp: 2, hardware: "A100" }, /hardware H100.*A100; tensor parallelism 1.* 2/],
  ])("another %s is refused, both values named", (_, change, message) => {
    expect(() => checkProfile(profile, { ...wanted, ...change }, "c.json: $.nodes[0]")).toThrow(message);
    expect(() => checkProfile(profile, { ...wanted, ...change }, "c.json: $.nodes[0]")).toThrow(/^c\.json: \$\.nodes/);
  });

  test.each([
    ["the same", {}, {}],
    ["a dtype by vLLM's name", { variant: "bfloat16" }, {}],
    ["fp8 KV in the variant's name", { variant: "bf16-kvfp8" }, {}],
    ["a variant that its maker named, which tells no dtype", { variant: "ablation-3" }, {}],
    ["a model that the config gives as a file", {}, { model: undefined }],
  ])("%s is taken", (_, ofProfile, ofInstance) => {
    expect(() => checkProfile({ ...profile, ...ofProfile }, { ...wanted, ...ofInstance }, "")).not.toThrow();
  });
});

describe("attention on the GPU takes what it took with the KV cache that was measured", () => {
  const model = ModelConfig.parse({
    model_type: "llama",
    hidden_size: 8,
    intermediate_size: 8,
    num_attention_heads: 1,
    num_hidden_layers: 1,
    vocab_size: 8,
    max_position_embeddings: 8,
  });
  const check = (kvCacheDtype: GpuProfile["kvCacheDtype"], options: Partial<InstanceOptions>) => () =>
    checkKvMeasured({ ...profile, kvCacheDtype }, model, { ...InstanceOptions.parse({}), ...options }, "");

  test("fp8 KV is refused on a 16-bit profile, without offload and in phase decode", () => {
    expect(check("auto", { kvCacheDtype: "fp8" })).toThrow(/measured with KV elements of 2 bytes.*fp8 has 1/);
    const decode = { enableAttnOffloading: true, attnOffloadPhase: "decode" } as const;
    expect(check("auto", { kvCacheDtype: "fp8", ...decode })).toThrow(/--attn-offload-phase all/);
  });

  test("fp8 KV is taken where all attention runs on PIM, and on a profile that has it", () => {
    expect(check("auto", { kvCacheDtype: "fp8", enableAttnOffloading: true, attnOffloadPhase: "all" })).not.toThrow();
    expect(check("fp8", { kvCacheDtype: "fp8" })).not.toThrow();
  });

  test("16-bit KV on a profile with fp8 KV is refused alike", () => {
    expect(check("fp8", {})).toThrow(/measured with KV elements of 1 byte, kv_cache_dtype auto has 2/);
  });

  test("fp8 weights have fp8 KV either way", () => {
    expect(check("auto", { dtype: "fp8", kvCacheDtype: "fp8" })).not.toThrow();
  });
});
