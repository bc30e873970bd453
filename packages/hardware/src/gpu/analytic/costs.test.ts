import type { AttentionKernel, ModelConfig } from "@tandem-sim/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { specSheet } from "../../../test/spec-sheet.js";
import { llama } from "../../../test/synthetic-profile.js";
import { rankModel } from "../../rank-model.js";
import { architectureOf, type LayerName } from "../architecture.js";
import { createAnalyticCosts } from "./costs.js";

const families: ModelConfig[] = ["llama", "mistral", "qwen2", "qwen3", "phi3", "gpt2", "opt"].map((model_type) => ({
  ...llama,
  model_type,
}));
const kernels: AttentionKernel[] = ["FA2", "FA3"];

describe.each(families)("$model_type", (model) => {
  const costs = createAnalyticCosts(specSheet(), model);
  const { prologue, pre, post, head } = architectureOf(model);
  const sumOf = (layers: readonly LayerName[], size: number): number =>
    layers.reduce((sum, layer) => sum + costs.layerNs(layer, size), 0);

  test.each([1, 100, 2048, 2_000_000])(
    "the parts of an iteration are the sums of their layers at %i tokens",
    (tokens) => {
      expect(costs.prologueNs(tokens)).toBe(sumOf(prologue, tokens));
      expect(costs.preNs(tokens)).toBe(sumOf(pre, tokens));
      expect(costs.postNs(tokens)).toBe(sumOf(post, tokens));
      expect(costs.headNs(tokens, 9)).toBe(sumOf(head.dense, tokens) + sumOf(head.perSequence, 9));
    },
  );
});

test("a size of 0 counts as 1", () => {
  const costs = createAnalyticCosts(specSheet(), llama);
  expect(costs.preNs(0)).toBe(costs.preNs(1));
});

test("a layer that the architecture does not have is an error", () => {
  expect(() => createAnalyticCosts(specSheet(), llama).layerNs("qk_norm", 1)).toThrow(/llama has no layer "qk_norm"/);
});

test("uneven decodes take longer than even ones of the same mean, and less than if all were as long as the longest", () => {
  const { attentionNs } = createAnalyticCosts(specSheet(), llama);
  const uneven = attentionNs(0, 0, 64, 1000, 4000, 100);
  expect(uneven).toBeGreaterThan(attentionNs(0, 0, 64, 1000, 1000, 1000));
  expect(uneven).toBeLessThan(attentionNs(0, 0, 64, 4000, 4000, 4000));
});

describe("tensor parallelism", () => {
  const whole = createAnalyticCosts(specSheet(), llama);
  const shared = createAnalyticCosts(specSheet(), rankModel(llama, 4));

  test("divides products and attention, not norms", () => {
    expect(shared.layerNs("gate_up_proj", 2048)).toBeLessThan(0.3 * whole.layerNs("gate_up_proj", 2048));
    expect(shared.attentionNs(0, 0, 128, 8000, 8000, 8000)).toBeLessThan(
      0.3 * whole.attentionNs(0, 0, 128, 8000, 8000, 8000),
    );
    expect(shared.layerNs("layernorm", 2048)).toBe(whole.layerNs("layernorm", 2048));
  });

  test("that does not divide the heads is refused", () => {
    expect(() => createAnalyticCosts(specSheet(), rankModel(llama, 3))).toThrow(/3 GPUs cannot share/);
  });
});

describe.each(kernels)("whatever the batch, on %s", (kernel) => {
  const costs = createAnalyticCosts(specSheet(kernel), llama);
  const tokens = fc.integer({ min: 1, max: 20_000 });
  const decodes = fc.integer({ min: 0, max: 512 });
  const attention = (chunk: number, cached: number, n: number, context: number): number =>
    costs.attentionNs(chunk, cached, n, context, context, context);

  test("times are whole ns, positive, and no shorter for more tokens", () => {
    fc.assert(
      fc.property(tokens, tokens, fc.constantFrom("prologueNs", "preNs", "postNs"), (a, b, part) => {
        const [fewer, more] = [costs[part](Math.min(a, b)), costs[part](Math.max(a, b))];
        expect(Number.isSafeInteger(fewer)).toBe(true);
        expect(fewer).toBeGreaterThan(0);
        expect(fewer).toBeLessThanOrEqual(more);
      }),
    );
  });

  test("attention is finite, positive, and no shorter for more cached tokens, decodes or context", () => {
    fc.assert(
      fc.property(tokens, tokens, decodes, tokens, tokens, decodes, (chunk, cached, n, context, further, others) => {
        const base = attention(chunk, cached, n, context);
        expect(Number.isSafeInteger(base)).toBe(true);
        expect(base).toBeGreaterThan(0);
        expect(attention(chunk, cached + further, n, context)).toBeGreaterThanOrEqual(base);
        expect(attention(chunk, cached, n + others, context)).toBeGreaterThanOrEqual(base);
        if (n > 0) expect(attention(chunk, cached, n, context + further)).toBeGreaterThanOrEqual(base);
        if (n > 0) expect(base).toBeGreaterThanOrEqual(attention(chunk, cached, 0, 0));
      }),
    );
  });

  test("decodes alone take no less for more of them or for longer contexts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 512 }), tokens, decodes, tokens, (n, context, others, further) => {
        expect(attention(0, 0, n + others, context + further)).toBeGreaterThanOrEqual(attention(0, 0, n, context));
      }),
    );
  });
});
