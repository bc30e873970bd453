import { architectureOf, createAnalyticCosts, createGpuCosts, iterationNs, rankModel } from "@tandem-sim/hardware";
import { type GpuProfile, parseGpuProfile, parseProfileMeta } from "@tandem-sim/schemas";
import { findGpuSpecFile, findModelFile, readGpuSpec, readModelConfig } from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { importBundle } from "../bundle-import.js";
import { statsOf } from "../fit-error.js";
import { batchFamilies, sampleBatches } from "../sampled-batches.js";
import { gridOf } from "./profile-grid.js";
import { synthesizeBundle } from "./raw-bundle.js";
import { synthesizeProfile } from "./synthesized-profile.js";

const name = "meta-llama/Llama-3.1-8B";
const model = readModelConfig(findModelFile(name));
const layers = model.num_hidden_layers;
const specOf = (gpu: string) => readGpuSpec(findGpuSpecFile(gpu));

const readBack = (files: Map<string, string>, tp: number): GpuProfile =>
  parseGpuProfile({ source: "synth", text: (path) => files.get(path) }, tp);

/** Errors of iterations with the bundle's tables against the formulas. */
const errorsOf = (gpu: string, tp: number) => {
  const { files } = synthesizeBundle(specOf(gpu), model, name, [tp]);
  const got = createGpuCosts(readBack(files, tp), architectureOf(model));
  const want = createAnalyticCosts(specOf(gpu), rankModel(model, tp));
  return batchFamilies.map((family, i) => {
    const batches = sampleBatches(family, 1000, i + 1);
    return statsOf(
      family.name,
      batches.map((batch) => iterationNs(got, layers, batch)),
      batches.map((batch) => iterationNs(want, layers, batch)),
    );
  });
};

describe("a synthesized bundle", () => {
  test.each([
    ["H100", 2, 0.002, 0.008],
    ["RTXPRO6000", 1, 0.008, 0.04],
    ["A100", 1, 0.003, 0.02],
  ] as const)("gives the iterations of the formulas on %s, tp%i", (gpu, tp, median, p95) => {
    for (const errors of errorsOf(gpu, tp)) {
      expect(errors.median, errors.name).toBeLessThan(median);
      expect(errors.p95, errors.name).toBeLessThan(p95);
      expect(Math.abs(errors.bias), errors.name).toBeLessThan(0.006);
    }
  });

  test("has the time of the formulas to the nanosecond at its points", () => {
    const profile = synthesizeProfile(specOf("A100"), model, name);
    const got = createGpuCosts(profile, architectureOf(model));
    const want = createAnalyticCosts(specOf("A100"), model);
    for (const size of profile.dense.qkv_proj?.sizes ?? []) expect(got.preNs(size)).toBe(want.preNs(size));
    const { prefillChunk, kvPrefill, nDecode, kvDecode } = profile.attention;
    for (let i = 0; i < prefillChunk.length; i += 97) {
      const point = [prefillChunk[i], kvPrefill[i], nDecode[i], kvDecode[i], kvDecode[i], kvDecode[i]] as const;
      expect(got.attentionNs(...point)).toBe(want.attentionNs(...point));
    }
  });

  test("says that nobody measured it, also when it was imported", () => {
    const { files } = synthesizeBundle(specOf("H100"), model, name, [1, 2]);
    const profile = readBack(files, 2);
    expect(profile.computed).toBe("calibrated");
    expect(profile.source).toMatch(/nobody measured: computed by .* from the spec sheet of NVIDIA H100/);
    const found = parseProfileMeta({ source: "synth", text: (path) => files.get(path) });
    if (found.layout !== "bundle") throw new Error("expected a bundle");
    const { meta } = importBundle(found.meta, [profile], architectureOf(model), layers, { keepSamples: true });
    expect(meta.computed).toBe("calibrated");
    expect(meta.source).toMatch(/^computed, not measured/);
  });

  test("on the grid of another profile has its points and no other", () => {
    const coarse = synthesizeProfile(specOf("L4"), model, name);
    const grid = { ...gridOf(coarse), tokens: [1, 64, 2048], sequences: [1, 256] };
    const profile = synthesizeProfile(specOf("H100"), model, name, { grid });
    expect(profile.dense.o_proj?.sizes).toEqual([1, 64, 2048]);
    expect(gridOf(profile)).toEqual(grid);
  });

  test("with an fp8 KV cache is named for it and read as that", () => {
    const { files } = synthesizeBundle(specOf("H100"), model, name, [1], { kvCacheDtype: "fp8" });
    expect(readBack(files, 1)).toMatchObject({ variant: "bf16-kvfp8", kvCacheDtype: "fp8" });
  });
});
