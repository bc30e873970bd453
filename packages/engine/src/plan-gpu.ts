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
import { checkKvMeasured, kvElementBytes } from "@tandem-sim/schemas";
import type { PlanInputs } from "./plan.js";

/**
 * @param at place of the instance in its config, for errors
 * @throws {TandemError} E_UNSUPPORTED for attention or a KV cache that the costs do not describe
 */
export function planGpu(
  loaded: PlanInputs["nodes"][number]["instances"][number],
  at: string,
  onExtrapolate: OnExtrapolate,
): GpuCosts {
  const { model, profile, gpuSpec, options } = loaded;
  if (profile) {
    checkKvMeasured(profile, model, options, at);
    return createGpuCosts(profile, architectureOf(model), { onExtrapolate });
  }
  return createAnalyticCosts(gpuSpec, model, { dtype: options.dtype, kvElementBytes: kvElementBytes(model, options) });
}
