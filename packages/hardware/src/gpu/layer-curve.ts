/**
 * @module
 * Time of one layer over its size: linear between samples and beyond the last two, constant below the first.
 */
import { type LayerSamples, TandemError } from "@tandem-sim/schemas";
import { bracketLow, bracketPosition } from "./bracket.js";

/**
 * Whole ns of a sample in us, half to even, at least 1. LLMServingSim rounds its samples so before it interpolates;
 * `embedding` at 4 tokens is 3.80767 us in its tables and 3808 ns in its traces.
 */
export function sampleNs(timeUs: number): number {
  return Math.max(1, roundHalfEven(timeUs * 1000));
}

export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** The samples of one layer as a function of size; whole ns, at least 1. */
export interface LayerCurve {
  (size: number): number;
  /** Greatest size measured. */
  readonly limit: number;
}

/** Of samples that were asked for before: plans of one profile share its curves. */
const known = new WeakMap<LayerSamples, LayerCurve>();

/**
 * @throws {TandemError} E_SCHEMA without samples, or with a size given twice
 */
export function layerCurve(layer: string, samples: LayerSamples | undefined): LayerCurve {
  if (!samples || samples.sizes.length === 0) {
    throw new TandemError("E_SCHEMA", `the GPU profile has no samples of layer "${layer}"`);
  }
  const curve = known.get(samples) ?? curveThrough(layer, samples);
  known.set(samples, curve);
  return curve;
}

function curveThrough(layer: string, samples: LayerSamples): LayerCurve {
  const sizes = Float64Array.from(samples.sizes);
  const times = Float64Array.from(samples.timeUs, sampleNs);
  const twice = sizes.findIndex((size, i) => i > 0 && size <= sizes[i - 1]);
  if (twice > 0)
    throw new TandemError(
      "E_SCHEMA",
      `layer "${layer}": sizes must ascend, found ${sizes[twice]} after ${sizes[twice - 1]}`,
    );
  const count = sizes.length;
  const curve = (size: number): number => {
    const low = bracketLow(sizes, 0, count, size);
    const position = bracketPosition(sizes, low, count, size);
    if (position === 0) return times[low];
    return Math.max(1, Math.floor(times[low] + position * (times[low + 1] - times[low])));
  };
  return Object.assign(curve, { limit: sizes[count - 1] });
}
