import { describe, expect, test } from "vitest";
import { parseGpuProfile, parseProfileMeta } from "./parse-profile.js";

const meta = `hardware: IMAGINARY
model: nobody/Nothing
variant: bf16
architecture: llama
tp_degrees: [1, 2]
`;

const bundle: Record<string, string> = {
  "meta.yaml": meta,
  "tp1/dense.csv": "layer,tokens,time_us\no_proj,8,2\no_proj,1,1\n",
  "tp1/per_sequence.csv": "layer,sequences,time_us\nsampler,1,3\n",
  "tp1/attention.csv": "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n0,0,1,16,5\n",
};

const folder = (changes: Record<string, string> = {}) => {
  const texts = { ...bundle, ...changes };
  return { source: "mine", text: (path: string) => texts[path] };
};

describe("a profile from texts", () => {
  test("has its samples in order of size, and no skew where the bundle says nothing of it", () => {
    const { dense, skew, form } = parseGpuProfile(folder(), 1);
    expect(dense).toEqual({ o_proj: { sizes: [1, 8], timeUs: [1, 2] } });
    expect([form, skew.alphaDefault, skew.alpha.size]).toEqual(["raw", 0, 0]);
  });

  test.each([
    ["no skew fit", ""],
    ["a skew fit that is off and has nothing else", "skew_fit: {enabled: false}"],
    ["one that is off and lists degrees", "skew_fit: {enabled: false, per_tp: {1: {alpha_default: 0.3}}}"],
    ["one without degrees", "skew_fit: {enabled: true}"],
    ["one without this degree", "skew_fit: {enabled: true, per_tp: {2: {alpha_default: 0.3}}}"],
    ["a fit of no samples", "skew_fit: {per_tp: {1: {alpha_default: null, bucket_table: null}}}"],
    ["nothing known of the machine", "gpu: null\nvllm_version: null\nskew_fit: null"],
  ])("with %s costs nothing extra where lengths are uneven", (_, lines) => {
    const { skew } = parseGpuProfile(folder({ "meta.yaml": `${meta}${lines}\n` }), 1);
    expect(skew.alphaDefault).toBe(0);
    expect(skew.alpha.size).toBe(0);
  });

  test("takes the default alpha where there is no table of buckets", () => {
    const lines = "skew_fit: {per_tp: {1: {alpha_default: 0.3}}}\n";
    expect(parseGpuProfile(folder({ "meta.yaml": meta + lines }), 1).skew.alphaDefault).toBe(0.3);
  });

  test.each([
    ["auto where nothing says otherwise", "", "auto"],
    ["fp8 where the engine was told so", "engine_effective: {kv_cache_dtype: fp8_e4m3}", "fp8"],
    ["auto where the engine was told so, whatever the variant", "engine_effective: {kv_cache_dtype: auto}", "auto"],
  ])("knows the KV cache that it was measured with: %s", (_, line, expected) => {
    expect(parseGpuProfile(folder({ "meta.yaml": `${meta}${line}\n` }), 1).kvCacheDtype).toBe(expected);
  });

  test("knows an fp8 KV cache by LLMServingSim's name of the variant", () => {
    const yaml = meta.replace("variant: bf16", "variant: bf16-kvfp8");
    expect(parseGpuProfile(folder({ "meta.yaml": yaml }), 1).kvCacheDtype).toBe("fp8");
  });

  test("takes attention wide as well as long", () => {
    const wide = "prefill_chunk,kv_prefill,n_decode,16,32\n0,0,1,5,\n0,0,2,,7\n";
    const { attention } = parseGpuProfile(folder({ "tp1/attention.csv": wide }), 1);
    expect(attention).toEqual({
      prefillChunk: [0, 0],
      kvPrefill: [0, 0],
      nDecode: [1, 2],
      kvDecode: [16, 32],
      timeUs: [5, 7],
    });
  });

  test.each([
    [
      "a figure that is none, by its line, blank ones counted",
      "layer,tokens,time_us\n\no_proj,1,fast\n",
      /^mine\/tp1\/dense\.csv:3: time_us: .*"fast"/,
    ],
    [
      "a time without measure",
      "layer,tokens,time_us\no_proj,1,1e308\n",
      /^mine\/tp1\/dense\.csv:2: time_us: expected a number >= 0 up to 1000000000000, found "1e308"/,
    ],
    ["a column that is missing", "layer,tokens\no_proj,1\n", /^mine\/tp1\/dense\.csv:1: column "time_us" is missing/],
    ["a row that is cut", "layer,tokens,time_us\no_proj,1\n", /^mine\/tp1\/dense\.csv:2: expected 3 cells, found 2/],
  ])("names %s", (_, text, message) => {
    expect(() => parseGpuProfile(folder({ "tp1/dense.csv": text }), 1)).toThrow(message);
  });

  test("says which degrees there are", () => {
    expect(() => parseGpuProfile(folder(), 2)).toThrow(
      /^mine\/tp2: no tables for tensor parallelism 2 \(present: tp1\)/,
    );
  });

  test("that is no profile is refused", () => {
    expect(() => parseProfileMeta({ source: "mine", text: () => undefined })).toThrow(/neither profile\.json nor meta/);
  });
});
