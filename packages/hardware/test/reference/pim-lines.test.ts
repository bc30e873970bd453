import { findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import { describe, expect, it } from "vitest";
import { describeReference, reference } from "../../../schemas/test/reference.js";
import { derivePimTiming, type PimShape, type PimTiming, pimAttention } from "../../src/index.js";

/** Published with LLMServingSim's PIM evaluation: ns per token of context, and ns. All heads of Llama-3.1-8B on one channel. */
const published = [
  { name: "LPDDR4X_2GB_4266_pim", slope: 432.4458, intercept: 33918 },
  { name: "DDR4_8GB_3200_pim", slope: 333.2538, intercept: 30675 },
  { name: "LPDDR5_2GB_6400_pim", slope: 282.4338, intercept: 15997 },
  { name: "HBM2_1GB_2000_pim", slope: 242.0548, intercept: 14514 },
];
const llama: PimShape = { heads: 32, kvHeads: 8, headDim: 128, elementBytes: 2, share: 1 };

/** Least squares over contexts 128, 256, ... 4096. */
function fittedLine(timing: PimTiming): { slope: number; intercept: number } {
  const contexts = Array.from({ length: 32 }, (_, i) => 128 * (i + 1));
  const times = contexts.map((context) => pimAttention(timing, llama, context).totalNs);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanContext, meanTime] = [mean(contexts), mean(times)];
  const covariance = mean(contexts.map((context, i) => (context - meanContext) * (times[i] - meanTime)));
  const slope = covariance / mean(contexts.map((context) => (context - meanContext) ** 2));
  return { slope, intercept: meanTime - slope * meanContext };
}

describe.each(published)("$name against its published line", ({ name, slope, intercept }) => {
  const timing = derivePimTiming(readPimDevice(findPimFile(name)));
  const fitted = fittedLine(timing);

  it("has a slope within 2%", () => {
    expect(Math.abs(fitted.slope / slope - 1)).toBeLessThan(0.02);
  });

  it.each([512, 2048, 8192])("lies within 5%% at context %i", (context) => {
    const ratio = (fitted.slope * context + fitted.intercept) / (slope * context + intercept);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.05);
  });

  it("single contexts from 256 on differ by less than 25%: tiles make steps", () => {
    for (let context = 256; context <= 4096; context += 128) {
      const ratio = pimAttention(timing, llama, context).totalNs / (slope * context + intercept);
      expect(Math.abs(ratio - 1), `context ${context}`).toBeLessThan(0.25);
    }
  });
});

describeReference("the INI files that the lines were published with", () => {
  it.each(published)("$name gives the same timing as the bundled file", ({ name }) => {
    const theirs = derivePimTiming(readPimDevice(reference(`pim/${name}.ini`)));
    expect(theirs).toEqual(derivePimTiming(readPimDevice(findPimFile(name))));
  });
});
