/**
 * @module
 * What PIM has to be better than where the GPU is short of KV memory: KV offload to host memory, which needs no PIM.
 */
import type { Mode } from "@tandem-sim/engine";
import type { Summary } from "@tandem-sim/schemas";
import type { ModeOutcome } from "./mode-outcome.js";

export const competitor = "kv-offload" satisfies Mode;

/**
 * Whether KV may have left the GPU in this GPU-only run. It has not where nobody was preempted and all tokens of the load
 * have room at once, even in blocks that are half empty.
 */
export const mayRunShort = ({ preemptions, input_tokens, output_tokens, kv_tokens, instances }: Summary): boolean =>
  preemptions > 0 || instances.length > 1 || 2 * (input_tokens + output_tokens) > kv_tokens.room;

/** Whether the competitor served the load, and loaded anything: without that it is GPU-only, to the nanosecond. */
export const competes = (outcome: ModeOutcome): boolean =>
  "summary" in outcome && (outcome.summary.kv_offload?.loads ?? 0) > 0;

/**
 * Serves the load in a mode that nobody has asked for by name: KV offload is left out where it cannot differ from GPU-only.
 *
 * @param outcomes of the modes in front of it; its own is added
 */
export async function serveUnlessIdle(
  mode: Mode,
  outcomes: Map<Mode, ModeOutcome>,
  serve: () => Promise<ModeOutcome>,
): Promise<void> {
  if (mode !== competitor) {
    outcomes.set(mode, await serve());
    return;
  }
  const gpuOnly = outcomes.get("gpu-only");
  if (!gpuOnly || !("summary" in gpuOnly) || !mayRunShort(gpuOnly.summary)) return;
  const outcome = await serve();
  if (competes(outcome)) outcomes.set(mode, outcome);
}
