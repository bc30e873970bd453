/**
 * @module
 * Summaries made by hand: the parts that comparisons read.
 */
import type { Summary } from "@tandem-sim/schemas";

/** Nothing happened in a second of one instance, but for what is given. */
export const summaryWith = (part: Partial<Summary> = {}): Summary => ({
  ...({
    requests: 100,
    makespan_ns: 1e9,
    ttft_ms: { mean: 10 },
    tpot_ms: { mean: 5 },
    queuing_ms: { mean: 1 },
    energy: { j_per_token: 2 },
    gpu_busy: 0,
    pim_util: 0,
    idle: { gpu: { waiting_for_pim: 0, waiting_for_link: 0, iteration_tail: 0, no_work: 1 }, pim: null },
    interleaving: { extra_gpu_ns: 0 },
    batch: { mean: 50, max: 64 },
    held: { sequences: 0, tokens: 0, memory: 0 },
    gpu_time: { typical_error: 0.02, phases: {}, farthest: null },
    instances: [{ pim_gemv_bandwidth_gbps: 800, pim_channel_groups: 8 }],
  } as unknown as Summary),
  ...part,
});
