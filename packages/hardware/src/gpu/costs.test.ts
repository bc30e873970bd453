import { describe, expect, test, vi } from "vitest";
import { llama, syntheticProfile } from "../../test/synthetic-profile.js";
import { architectureOf, type LayerName } from "./architecture.js";
import { createGpuCosts } from "./costs.js";

const architecture = architectureOf(llama);
const costs = createGpuCosts(syntheticProfile(), architecture);
const sumOf = (layers: readonly LayerName[], size: number): number =>
  layers.reduce((sum, layer) => sum + costs.layerNs(layer, size), 0);

describe("the parts of an iteration", () => {
  test.each([1, 7, 100, 513, 2048, 5000])("are the sums of their layers, whole ns, at %i tokens", (tokens) => {
    expect(costs.prologueNs(tokens)).toBe(sumOf(architecture.prologue, tokens));
    expect(costs.preNs(tokens)).toBe(sumOf(architecture.pre, tokens));
    expect(costs.postNs(tokens)).toBe(sumOf(architecture.post, tokens));
    expect(costs.headNs(tokens, 9)).toBe(costs.layerNs("final_layernorm", tokens) + sumOf(["lm_head", "sampler"], 9));
    expect(Number.isInteger(costs.preNs(tokens) + costs.postNs(tokens))).toBe(true);
  });

  test("are the same when asked again, in any order, and for a size too large to remember", () => {
    const sizes = [3000, 1, 700, 2_000_000, 700, 1, 3000];
    const first = sizes.map(costs.postNs);
    expect(sizes.map(costs.postNs)).toEqual(first);
    expect(first).toEqual(sizes.map((size) => sumOf(architecture.post, size)));
  });

  test("count a size of 0 as 1", () => {
    expect(costs.preNs(0)).toBe(costs.preNs(1));
    expect(costs.headNs(0, 0)).toBe(costs.headNs(1, 1));
  });
});

describe("the measured range", () => {
  test("is the greatest sample on each axis", () => {
    expect(costs.range).toEqual({
      tokens: 2048,
      sequences: 256,
      prefillChunk: 2048,
      kvPrefill: 16384,
      nDecode: 256,
      nDecodeMixed: 128,
      kvDecode: 16384,
    });
  });

  test("is reported when a query sets a new maximum beyond it, not for every query", () => {
    const onExtrapolate = vi.fn();
    const watched = createGpuCosts(syntheticProfile(), architecture, { onExtrapolate });
    watched.preNs(2048);
    watched.attentionNs(2048, 0, 128, 100, 16384, 50);
    expect(onExtrapolate).not.toHaveBeenCalled();
    watched.preNs(3000);
    watched.postNs(3000);
    watched.preNs(2500);
    watched.attentionNs(0, 0, 200, 100, 20000, 50);
    watched.attentionNs(0, 0, 200, 100, 18000, 50);
    watched.attentionNs(64, 0, 200, 100, 100, 100);
    watched.headNs(10, 300);
    expect(onExtrapolate.mock.calls).toEqual([
      ["tokens", 3000, 2048],
      ["kvDecode", 20000, 16384],
      ["nDecodeMixed", 200, 128],
      ["sequences", 300, 256],
    ]);
  });
});

test("a layer that the profile lacks is an error that names it", () => {
  expect(() => createGpuCosts(syntheticProfile(), architectureOf({ ...llama, model_type: "qwen3" }))).toThrow(
    /"qk_norm"/,
  );
});
