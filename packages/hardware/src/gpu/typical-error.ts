/**
 * @module
 * How far GPU times are off, typically, by where they come from and what runs. Figures of `docs/gpu-model.md` and
 * `docs/accuracy.md`: what was found where somebody has measured, not a bound.
 */
import type { SpecSheetTier } from "@tandem-sim/schemas";

/** What an iteration is made of: decodes only, prompts only, or both. */
export type GpuPhase = "decode" | "mixed" | "prefill";
export const gpuPhases: readonly GpuPhase[] = ["decode", "mixed", "prefill"];

/** Measured tables, or a spec sheet and how far it was fitted; simulated: to a simulator, of what nobody has measured. */
export type GpuTimesTier = "measured" | SpecSheetTier;

/** Error of the GPU time of an iteration, as a share of it. */
export const typicalErrors: Readonly<Record<GpuTimesTier, Readonly<Record<GpuPhase, number>>>> = {
  // A recorded vLLM run is 1 to 2% slower than the tables of its GPU.
  measured: { decode: 0.02, mixed: 0.02, prefill: 0.02 },
  // Medians with three numbers fitted, the worse of A100 and H100; mixed batches were measured on neither.
  calibrated: { decode: 0.025, mixed: 0.045, prefill: 0.036 },
  // Pooled medians over six GPUs of the prototype that the figures are carried over from.
  "partly calibrated": { decode: 0.065, mixed: 0.075, prefill: 0.08 },
  // Medians with family defaults, the worse of A100 and H100.
  "spec sheet": { decode: 0.14, mixed: 0.14, prefill: 0.08 },
  // The dense part of a layer against the simulator, the worse of two batch sizes; prompts were compared with nothing.
  simulated: { decode: 0.085, mixed: 0.14, prefill: 0.14 },
};
