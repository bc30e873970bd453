/**
 * @module
 * The compact profile against the raw one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { architectureOf } from "@tandem-sim/hardware";
import type { GpuProfile } from "@tandem-sim/schemas";
import { findGpuProfileDir, readGpuProfile } from "@tandem-sim/schemas/node";
import { beforeAll, expect, test } from "vitest";
import { llama } from "../../../hardware/test/synthetic-profile.js";
import { describeReference, reference } from "../../../schemas/test/reference.js";
import { batchFamilies, fitProfile, fitReport, profileCsv } from "../../src/index.js";

const bundle = reference("gpu-profile/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16");
const architecture = architectureOf(llama);

describeReference("the compact profile against the raw tables, on batches not used for the fit", () => {
  let raw: GpuProfile;
  let fitted: GpuProfile;
  beforeAll(() => {
    raw = readGpuProfile(bundle, 1);
    fitted = fitProfile(raw, architecture, 32);
  });

  const bars = {
    decode: { median: 0.004, p95: 0.01, bias: 0.005 },
    mixed: { median: 0.0075, p95: 0.03, bias: 0.005 },
  };

  test.each(batchFamilies)("$name", (family) => {
    const [errors] = fitReport(fitted, raw, architecture, 32, {
      families: [family],
      batches: 2000,
      seed: 11,
    }).iterations;
    const { median, p95, bias } = bars[family.kind];
    expect(errors?.median).toBeLessThanOrEqual(median);
    expect(errors?.p95).toBeLessThanOrEqual(p95);
    expect(Math.abs(errors?.bias ?? 1)).toBeLessThanOrEqual(bias);
  });

  test("takes at most 24 KB of CSV", () => {
    const bytes = Object.values(profileCsv(fitted)).reduce((sum, text) => sum + text.length, 0);
    expect(bytes).toBeLessThanOrEqual(24_000);
  });

  test("is the bundled one", () => {
    const dir = findGpuProfileDir("RTXPRO6000", "meta-llama/Llama-3.1-8B", "bf16");
    for (const [file, text] of Object.entries(profileCsv(fitted)))
      expect(readFileSync(join(dir, "tp1", file), "utf8")).toBe(text);
  });
});
