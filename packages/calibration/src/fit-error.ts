/**
 * @module
 * How far one profile is from another: per layer over sizes, and per iteration of the whole model on sampled batches.
 */
import {
  type Architecture,
  createGpuCosts,
  type GpuCosts,
  iterationNs,
  type LayerName,
  layerCurve,
} from "@tandem-sim/hardware";
import type { GpuProfile } from "@tandem-sim/schemas";
import { quantile } from "d3-array";
import { type BatchFamily, batchFamilies, sampleBatches } from "./sampled-batches.js";

/** Absolute relative errors, quantiles linear between neighbours, and the signed error of the sum; 0.01 is 1%. */
export interface ErrorStats {
  name: string;
  median: number;
  p95: number;
  max: number;
  bias: number;
}

/** Errors of whole iterations on one family of batches. */
export interface FamilyErrors extends ErrorStats {
  batches: number;
}

export interface FitReport {
  layers: ErrorStats[];
  iterations: FamilyErrors[];
}

export function statsOf(name: string, got: readonly number[], want: readonly number[]): ErrorStats {
  const errors = Float64Array.from(got, (value, i) => Math.abs(value / want[i] - 1)).sort();
  const at = (q: number): number => quantile(errors, q) ?? Number.NaN;
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  return { name, median: at(0.5), p95: at(0.95), max: at(1), bias: total(got) / total(want) - 1 };
}

/** Errors of one layer at every size that was measured, and in between. */
function layerError(layer: LayerName, fitted: GpuProfile, raw: GpuProfile): ErrorStats {
  const samples = raw.dense[layer] ?? raw.perSequence[layer];
  const want = layerCurve(layer, samples);
  const got = layerCurve(layer, fitted.dense[layer] ?? fitted.perSequence[layer]);
  const sizes = Array.from({ length: want.limit }, (_, i) => i + 1);
  return statsOf(layer, sizes.map(got), sizes.map(want));
}

export interface ReportOptions {
  /** Per family, and the seed that they are drawn with. */
  batches?: number;
  seed?: number;
  families?: readonly BatchFamily[];
}

/** Errors of whole iterations of `layers` decoder layers, on random batches. */
export function iterationErrors(
  got: GpuCosts,
  want: GpuCosts,
  layers: number,
  { batches = 4000, seed = 1, families = batchFamilies }: ReportOptions = {},
): FamilyErrors[] {
  return families.map((family, i) => {
    const sampled = sampleBatches(family, batches, seed + i);
    const timesOf = (costs: GpuCosts): number[] => sampled.map((batch) => iterationNs(costs, layers, batch));
    return { ...statsOf(family.name, timesOf(got), timesOf(want)), batches };
  });
}

/**
 * Errors of `fitted` against `raw`.
 *
 * @param layers decoder layers of the model
 */
export function fitReport(
  fitted: GpuProfile,
  raw: GpuProfile,
  architecture: Architecture,
  layers: number,
  options: ReportOptions = {},
): FitReport {
  const { prologue, pre, post, head } = architecture;
  const names = [...new Set([...prologue, ...pre, ...post, ...head.dense, ...head.perSequence])];
  return {
    layers: names.map((layer) => layerError(layer, fitted, raw)),
    iterations: iterationErrors(
      createGpuCosts(fitted, architecture),
      createGpuCosts(raw, architecture),
      layers,
      options,
    ),
  };
}
