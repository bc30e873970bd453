/**
 * @module
 * The GPU costs of an instance: from measured tables, or from the GPU's spec sheet.
 */
import {
  architectureOf,
  calibratedCosts,
  createAnalyticCosts,
  createGpuCosts,
  type GpuCosts,
  type OnExtrapolate,
} from "@tandem-sim/hardware";
import {
  type CalibrationEffect,
  checkKvMeasured,
  dtypeBytes,
  kvElementBytes,
  type ModelConfig,
  modelDtype,
} from "@tandem-sim/schemas";
import type { PlanInputs } from "./plan.js";

/**
 * The costs as measured or computed, corrected where a recorded run has said how.
 *
 * @param rank the part of the model that one GPU holds; a measured profile is of that part already
 * @param at place of the instance in its config, for errors
 * @throws {TandemError} E_UNSUPPORTED for attention or a KV cache that the costs do not describe
 */
export function planGpu(
  loaded: PlanInputs["nodes"][number]["instances"][number],
  rank: ModelConfig,
  at: string,
  { onExtrapolate, calibration }: { onExtrapolate: OnExtrapolate; calibration: CalibrationEffect | null },
): GpuCosts {
  const costs = plainCosts(loaded, rank, at, onExtrapolate);
  if (!calibration) return costs;
  const { constants, roofline } = calibration;
  const { model, options } = loaded;
  return calibratedCosts(costs, rank, {
    memory: constants.memory_efficiency,
    compute: constants.compute_efficiency,
    roofline: { memoryGBps: roofline.memory_gbps, tflops: roofline.tflops },
    elementBytes: dtypeBytes[options.dtype ?? modelDtype(model)],
    kvElementBytes: kvElementBytes(model, options),
  });
}

function plainCosts(
  { model, profile, gpuSpec, options }: PlanInputs["nodes"][number]["instances"][number],
  rank: ModelConfig,
  at: string,
  onExtrapolate: OnExtrapolate,
): GpuCosts {
  if (profile) {
    checkKvMeasured(profile, model, options, at);
    return createGpuCosts(profile, architectureOf(model), { onExtrapolate });
  }
  return createAnalyticCosts(gpuSpec, rank, { dtype: options.dtype, kvElementBytes: kvElementBytes(model, options) });
}
