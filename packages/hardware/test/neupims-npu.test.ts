/**
 * @module
 * The NPU of NeuPIMs against its own simulator, which was run: one layer of GPT-3 6.7B on one of four shards, in cycles of
 * 1 ns, no collectives.
 */
import { findGpuSpecFile, findModelFile, readModelConfig, readSpecSheet } from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { createAnalyticCosts, rankModel, statedTflops } from "../src/index.js";

const sheet = readSpecSheet(findGpuSpecFile("NeuPIMs-NPU"));
const model = rankModel(readModelConfig(findModelFile("openai/GPT-3-6.7B")), 4);
const costs = createAnalyticCosts(sheet, model);

/** Its simulator adds the MLP's residual behind the MLP, we in the next layer's norm: a read of two and a write. */
const residualNs = (tokens: number): number => (3 * 2 * tokens * model.hidden_size) / 1009;

describe("dense work of a layer, difference from the simulator", () => {
  test.each([
    ["batch 512, LN + QKV", costs.preNs(512) - residualNs(512), 87_300, 0.03],
    ["batch 512, projection + FFN", costs.postNs(512) + residualNs(512), 265_400, 0.02],
    ["batch 512, all", costs.preNs(512) + costs.postNs(512), 618_900 - 266_300, 0.025],
    ["batch 64, QKV", costs.layerNs("qkv_proj", 64), 29_400, 0.14],
    ["batch 64, fc1", costs.layerNs("up_proj", 64), 36_400, 0.08],
    ["batch 64, all", costs.preNs(64) + costs.postNs(64), 160_800 - 43_300, 0.085],
  ])("%s", (_, ns, simulated, tolerance) => {
    expect(Math.abs(ns / simulated - 1)).toBeLessThan(tolerance);
  });
});

test("uneven decodes take as long as even ones of the same mean: attention is a sum", () => {
  expect(costs.attentionNs(0, 0, 64, 1000, 4000, 100)).toBe(costs.attentionNs(0, 0, 64, 1000, 1000, 1000));
});

test("all elements at work do 262 TFLOPS", () => {
  expect(statedTflops(sheet, "float16")).toBeCloseTo(262.1, 1);
});

test("weights of 8 bits are refused", () => {
  expect(() => createAnalyticCosts(sheet, model, { dtype: "fp8" })).toThrow(/multiply 16-bit elements, not fp8/);
});
