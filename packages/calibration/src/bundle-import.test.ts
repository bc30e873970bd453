import { architectureNamed } from "@tandem-sim/hardware";
import type { RawProfileMeta } from "@tandem-sim/schemas";
import { expect, test } from "vitest";
import { syntheticProfile } from "../../hardware/test/synthetic-profile.js";
import { importBundle } from "./bundle-import.js";

const bundle: RawProfileMeta = {
  hardware: "IMAGINARY",
  model: "meta-llama/Llama-3.1-8B",
  variant: "bf16",
  architecture: "llama",
  tp_degrees: [1, 2],
};
const llama = architectureNamed("llama");
const measured = [syntheticProfile(), { ...syntheticProfile(), tp: 2 }];

test("kept whole, a bundle has all its samples, no error to report, and the degrees that were measured", () => {
  const { meta, tables } = importBundle(bundle, measured, llama, 32, { keepSamples: true });
  expect(meta).toMatchObject({ form: "raw", tp_degrees: [1, 2], skew: { alpha_default: { 1: 0.05, 2: 0.05 } } });
  expect(meta.source).toMatch(/kept whole/);
  expect(tables.map(({ report }) => report)).toEqual([null, null]);
  expect(tables[0]?.files["attention.csv"]?.split("\n")).toHaveLength(syntheticProfile().attention.timeUs.length + 2);
});

test("fitted, it takes 24 kB at most and comes with its error", () => {
  const { meta, tables } = importBundle(bundle, measured.slice(0, 1), llama, 32);
  expect(meta).toMatchObject({ form: "compact", tp_degrees: [1] });
  expect(tables[0]?.csvBytes).toBeLessThanOrEqual(24_000);
  expect(tables[0]?.report?.iterations[0]?.p95).toBeLessThan(0.01);
});

test("says which KV cache it was measured with only where that is not the dtype's own", () => {
  const keepSamples = { keepSamples: true };
  expect(importBundle(bundle, measured, llama, 32, keepSamples).meta).not.toHaveProperty("kv_cache_dtype");
  const fp8 = measured.map((profile) => ({ ...profile, kvCacheDtype: "fp8" as const }));
  expect(importBundle(bundle, fp8, llama, 32, keepSamples).meta.kv_cache_dtype).toBe("fp8");
});
