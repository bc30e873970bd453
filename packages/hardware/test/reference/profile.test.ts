/**
 * @module
 * The GPU cost model against LLMServingSim's own outputs, and the compact profile against the raw one.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GpuProfile } from "@tandem-sim/schemas";
import { findGpuProfileDir, readGpuProfile } from "@tandem-sim/schemas/node";
import { beforeAll, describe, expect, test } from "vitest";
import {
  architectureOf,
  batchFamilies,
  createGpuCosts,
  fitProfile,
  fitReport,
  type GpuCosts,
  iterationNs,
  type LayerName,
  profileCsv,
} from "../../src/index.js";
import { llama } from "../synthetic-profile.js";

const root = process.env.TANDEM_REFERENCE ?? fileURLToPath(new URL("../../../../../shared/reference", import.meta.url));
const bundle = join(root, "gpu-profile/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16");
const present = existsSync(bundle);
const note = present ? "" : ` (skipped: no reference data in ${root}; TANDEM_REFERENCE names it)`;
const architecture = architectureOf(llama);

describe.skipIf(!present)(`against LLMServingSim's own outputs${note}`, () => {
  let raw: GpuProfile;
  let costs: GpuCosts;
  beforeAll(() => {
    raw = readGpuProfile(bundle, 1);
    costs = createGpuCosts(raw, architecture);
  });

  test("every dense layer of a traced batch of 6 tokens takes exactly the traced time", () => {
    const trace = readFileSync(join(root, "traces/single_batch110_decode.head.txt"), "utf8");
    const rows = [...trace.matchAll(/^([a-z_]+)_\d+ +(\d+) /gm)].filter(([, layer]) => layer !== "attention");
    expect(rows.length).toBeGreaterThan(50);
    for (const [row, layer, ns] of rows)
      expect({ row, ns: costs.layerNs(layer as LayerName, 6) }).toEqual({ row, ns: Number(ns) });
  });

  test("26 decodes of a request that is alone take exactly the time between its tokens", () => {
    const line =
      readFileSync(join(root, "sim-outputs/example_single_run.csv"), "utf8")
        .split("\n")
        .find((row) => row.startsWith("0,0,")) ?? "";
    const itl = (/\[(.*)\]/.exec(line)?.[1] ?? "").split(", ").map(Number).slice(0, 26);
    const promptTokens = 10;
    // LLMServingSim's context of a decode is what is computed already, without the token that it computes.
    const times = itl.map((_, i) => {
      const context = promptTokens + i;
      const alone = {
        prefillChunk: 0,
        kvPrefill: 0,
        prefills: 0,
        nDecode: 1,
        kvDecodeMean: context,
        kvDecodeMax: context,
        kvDecodeMin: context,
      };
      return iterationNs(costs, 32, alone);
    });
    expect(times).toEqual(itl);
  });
});

describe.skipIf(!present)(`the compact profile against the raw tables, on batches not used for the fit${note}`, () => {
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
