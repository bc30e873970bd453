import { findGpuSpecFile, readGpuSpec } from "@tandem-sim/schemas/node";
import { describe, expect, test, vi } from "vitest";
import { llama, syntheticProfile } from "../../test/synthetic-profile.js";
import { architectureOf, outLayers } from "./architecture.js";
import { type CalibrationFactors, calibratedCosts } from "./calibrated-costs.js";
import { createGpuCosts } from "./costs.js";
import { statedTflops } from "./roofline.js";

const architecture = architectureOf(llama);
const costs = createGpuCosts(syntheticProfile(), architecture);
const roofline = { memoryGBps: 1597, tflops: 467.8 };
const calibrated = (factors: Partial<CalibrationFactors>) =>
  calibratedCosts(costs, llama, { memory: 1, compute: 1, roofline, elementBytes: 2, kvElementBytes: 2, ...factors });

describe("GPU costs of a service", () => {
  test("are the same ones where both factors are 1", () => {
    expect(calibrated({})).toBe(costs);
  });

  test("few tokens and decodes follow the memory factor, many tokens and prompts the compute factor", () => {
    const slowMemory = calibrated({ memory: 0.8 });
    const slowCompute = calibrated({ compute: 0.8 });
    expect(slowMemory.postNs(4) / costs.postNs(4)).toBeCloseTo(1.25, 3);
    expect(slowCompute.postNs(4) / costs.postNs(4)).toBeCloseTo(1, 3);
    expect(slowMemory.layerNs("gate_up_proj", 4096) / costs.layerNs("gate_up_proj", 4096)).toBeLessThan(1.01);
    expect(slowCompute.layerNs("gate_up_proj", 4096) / costs.layerNs("gate_up_proj", 4096)).toBeGreaterThan(1.24);
    const decodes = [0, 0, 16, 1024, 1024, 1024] as const;
    expect(slowMemory.attentionNs(...decodes) / costs.attentionNs(...decodes)).toBeCloseTo(1.25, 2);
    const prompt = [2048, 0, 0, 0, 0, 0] as const;
    expect(slowCompute.attentionNs(...prompt) / costs.attentionNs(...prompt)).toBeGreaterThan(1.23);
  });

  test("equal factors scale everything alike, whatever bounds it", () => {
    const half = calibrated({ memory: 0.5, compute: 0.5 });
    for (const size of [1, 100, 3000]) expect(half.preNs(size) / costs.preNs(size)).toBeCloseTo(2, 4);
    const mixed = [300, 50, 20, 700, 900, 100] as const;
    expect(half.attentionNs(...mixed) / costs.attentionNs(...mixed)).toBeCloseTo(2, 3);
  });

  test("stay whole ns, and sums of their layers", () => {
    const other = calibrated({ memory: 0.93, compute: 1.07 });
    const { pre, post, head } = architecture;
    for (const size of [1, 63, 517, 2048]) {
      const sumOf = (layers: typeof pre): number => layers.reduce((sum, layer) => sum + other.layerNs(layer, size), 0);
      expect(other.preNs(size)).toBe(sumOf(pre));
      expect(other.postNs(size)).toBe(sumOf(post));
      expect(other.oProjNs(size)).toBe(sumOf(outLayers(architecture)));
      expect(other.headNs(size, size)).toBe(sumOf([...head.dense, ...head.perSequence]));
      expect(Number.isInteger(other.postNs(size))).toBe(true);
    }
  });

  test("without TFLOPS memory bounds everything", () => {
    const other = calibrated({ memory: 0.5, roofline: { memoryGBps: 1597, tflops: null } });
    expect(other.layerNs("gate_up_proj", 4096)).toBe(2 * costs.layerNs("gate_up_proj", 4096));
  });

  test("report what leaves the measured range, as the ones that they correct", () => {
    const onExtrapolate = vi.fn();
    const watched = createGpuCosts(syntheticProfile(), architecture, { onExtrapolate });
    const factors = { memory: 0.9, compute: 1, roofline, elementBytes: 2, kvElementBytes: 2 };
    calibratedCosts(watched, llama, factors).postNs(3000);
    expect(onExtrapolate).toHaveBeenCalledWith("tokens", 3000, 2048);
  });
});

test("a spec sheet states its TFLOPS by dtype", () => {
  const h100 = readGpuSpec(findGpuSpecFile("H100"));
  expect(statedTflops(h100, "bfloat16")).toBeCloseTo(989.4, 1);
  expect(statedTflops(h100, "fp8")).toBeGreaterThan(1900);
});
