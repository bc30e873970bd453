/**
 * @module
 * Time of a pass over activations (norm, rotary embedding, activation, sampling): its bytes, the first of them from L2.
 */
import type { AnalyticConstants, PassConstants } from "./constants.js";
import type { GpuRates } from "./rates.js";

/** A pass that must move `bytes`, in `kernels` kernels, ns. */
export function passNs(
  { warmL2, warmSpeed }: AnalyticConstants["pass"],
  { fixedNs, traffic }: PassConstants,
  { l2, memoryBytes }: GpuRates,
  kernels: number,
  bytes: number,
): number {
  const moved = traffic * bytes;
  const warm = Math.min(moved, warmL2 * l2);
  return kernels * fixedNs + (warm / warmSpeed + moved - warm) / memoryBytes;
}
