/**
 * @module
 * The GPU costs of an instance: from measured tables, or from the GPU's spec sheet.
 */
import {
  architectureOf,
  createAnalyticCosts,
  createGpuCosts,
  type GpuCosts,
  type OnExtrapolate,
} from "@tandem-sim/hardware";
import { checkKvMeasured, kvElementBytes, type ModelConfig } from "@tandem-sim/schemas";
import type { PlanInputs } from "./plan.js";

/**
 * @param rank the part of the model that one GPU holds; a measured profile is of that part already
 * @param at place of the instance in its config, for errors
 * @throws {TandemError} E_UNSUPPORTED for attention or a KV cache that the costs do not describe
 */
export function planGpu(
  loaded: PlanInputs["nodes"][number]["instances"][number],
  rank: ModelConfig,
  at: string,
  onExtrapolate: OnExtrapolate,
): GpuCosts {
  const { model, profile, gpuSpec, options } = loaded;
  if (profile) {
    checkKvMeasured(profile, model, options, at);
    return createGpuCosts(profile, architectureOf(model), { onExtrapolate });
  }
  return createAnalyticCosts(gpuSpec, rank, { dtype: options.dtype, kvElementBytes: kvElementBytes(model, options) });
}
