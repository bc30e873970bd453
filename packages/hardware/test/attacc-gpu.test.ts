/**
 * @module
 * Eight GPUs of AttAcc against its own simulator: a decode iteration at a mean context of 2112 tokens (2048 in, 128 out),
 * tensor parallelism 8, fp16, ms over all layers.
 */
import { findGpuSpecFile, findModelFile, readModelConfig, readSpecSheet } from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { architectureOf, createAnalyticCosts, createCollectiveCosts, rankModel, ringAllReduce } from "../src/index.js";

const sheet = readSpecSheet(findGpuSpecFile("AttAcc-GPU"));
const CONTEXT = 2112;
/** A cluster config's `link_bw` and `link_latency` that give 6060 ns + 0.009 ns a byte for each of seven pieces. */
const ring = ringAllReduce({ gpus: 8, linkGiBps: 230, linkLatencyNs: 3020, memoryGBps: 3352 });

describe.each([
  ["openai/GPT-3-175B", 1, { products: 16.73, attention: 3.97, collectives: 8.18 }],
  ["openai/GPT-3-175B", 95, { products: 18.1, attention: 43.64, collectives: 11.67 }],
  ["meta-llama/LLaMA-65B", 142, { products: 11.21, attention: 36.37, collectives: 9.72 }],
])("%s, batch %i", (name, batch, simulated) => {
  const model = readModelConfig(findModelFile(name));
  const { pre, post, kinds } = architectureOf(model);
  const costs = createAnalyticCosts(sheet, rankModel(model, 8));
  const layers = model.num_hidden_layers;
  const collective = createCollectiveCosts(8, 2 * model.hidden_size, ring);

  // Without its search for tiles; the third row has the least even ones.
  test("products take up to a fifth less than its simulator's, never more", () => {
    const products = [...pre, ...post].filter((layer) => kinds[layer].work === "product");
    const ns = layers * products.reduce((sum, layer) => sum + costs.layerNs(layer, batch), 0);
    expect(ns / 1e6 / simulated.products).toBeGreaterThan(0.8);
    expect(ns / 1e6 / simulated.products).toBeLessThan(1);
  });

  test("attention is within 2%", () => {
    const ns = layers * costs.attentionNs(0, 0, batch, CONTEXT, CONTEXT, CONTEXT);
    expect(Math.abs(ns / 1e6 / simulated.attention - 1)).toBeLessThan(0.02);
  });

  test("collectives are within 1% over the link that its fit to an A100 comes to", () => {
    const ns = 2 * layers * collective.allReduceNs(collective.bytes(batch));
    expect(Math.abs(ns / 1e6 / simulated.collectives - 1)).toBeLessThan(0.01);
  });
});
