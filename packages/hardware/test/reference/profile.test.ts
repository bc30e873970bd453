/**
 * @module
 * The GPU cost model against LLMServingSim's own outputs.
 */
import { readFileSync } from "node:fs";
import type { GpuProfile } from "@tandem-sim/schemas";
import { readGpuProfile } from "@tandem-sim/schemas/node";
import { beforeAll, expect, test } from "vitest";
import { describeReference, reference } from "../../../schemas/test/reference.js";
import { architectureOf, createGpuCosts, type GpuCosts, iterationNs, type LayerName } from "../../src/index.js";
import { llama } from "../synthetic-profile.js";

const bundle = reference("gpu-profile/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16");
const architecture = architectureOf(llama);

describeReference("against LLMServingSim's own outputs", () => {
  let raw: GpuProfile;
  let costs: GpuCosts;
  beforeAll(() => {
    raw = readGpuProfile(bundle, 1);
    costs = createGpuCosts(raw, architecture);
  });

  test("every dense layer of a traced batch of 6 tokens takes exactly the traced time", () => {
    const trace = readFileSync(reference("traces/single_batch110_decode.head.txt"), "utf8");
    const rows = [...trace.matchAll(/^([a-z_]+)_\d+ +(\d+) /gm)].filter(([, layer]) => layer !== "attention");
    expect(rows.length).toBeGreaterThan(50);
    for (const [row, layer, ns] of rows)
      expect({ row, ns: costs.layerNs(layer as LayerName, 6) }).toEqual({ row, ns: Number(ns) });
  });

  test("26 decodes of a request that is alone take exactly the time between its tokens", () => {
    const line =
      readFileSync(reference("sim-outputs/example_single_run.csv"), "utf8")
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
