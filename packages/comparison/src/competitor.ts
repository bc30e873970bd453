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
