/**
 * @module
 * What a comparison of modes on one load comes to: which is best, what bounds each, where that flips, what it consists of.
 */
import * as z from "zod";

export const Measure = z.enum(["makespan", "ttft", "tpot", "energy"]).describe("figures of which less is better");
export type Measure = z.infer<typeof Measure>;

const Best = z.strictObject({
  modes: z.array(z.string()).min(1).describe("the best, and those within half a percent of it"),
  ratio: z.number().describe("its figure over the baseline's"),
});

/** What a mode spent most of its makespan on, and what kept requests waiting. */
export const Bound = z.strictObject({
  what: z
    .enum(["GPU", "PIM", "link", "other GPUs", "no work"])
    .describe("what the GPU did for most of the makespan, or waited for"),
  share: z.number().min(0).max(1).describe("of the makespan"),
  weights_read_twice: z.number().describe("share of the makespan that the GPU spends on dividing batches"),
  held_by: z
    .enum(["sequences", "tokens", "memory"])
    .nullable()
    .describe("null where nothing does for most of the time"),
  held_share: z.number().min(0).max(1).describe("of the makespan in which requests wait for that"),
});
export type Bound = z.infer<typeof Bound>;

const Probe = z.strictObject({
  value: z.number().positive(),
  gemv_gbps: z.number().positive().describe("KV bytes that the PIM of the first offloading instance attends to"),
  ratio: z.number().positive().describe("the measure of auto over that of GPU-only"),
});

/** Where the answer to "auto or GPU-only?" changes along one axis. */
export const Flip = z.strictObject({
  axis: z.enum(["mem_size", "max_num_seqs"]).describe("GiB of PIM in the first node, or requests at a time"),
  measure: Measure,
  here: Probe.describe("as compared"),
  same: Probe.describe("the last value that was run with the same answer as here"),
  flipped: Probe.nullable().describe(
    "the nearest one that was run with the other answer; null: none as far as was tried",
  ),
});
export type Flip = z.infer<typeof Flip>;

const Figures = z.strictObject({
  makespan_ns: z.number(),
  ttft_ms: z.number().describe("mean"),
  queuing_ms: z.number().describe("mean; a part of TTFT"),
  tpot_ms: z.number().describe("mean"),
});

export const causes = ["two attention kernels", "KV room of PIM", "attention on PIM", "overlap"] as const;

/** From GPU-only to an offloaded mode, one cause after the other: every figure comes from a run of its own. */
export const Composition = z.strictObject({
  to: z.string(),
  from: Figures,
  steps: z.array(z.strictObject({ cause: z.enum(causes), ...Figures.shape })).describe("what each cause adds"),
});
export type Composition = z.infer<typeof Composition>;

export const WhatIf = z.strictObject({ flips: z.array(Flip), composition: Composition.nullable() });
export type WhatIf = z.infer<typeof WhatIf>;

export const Verdict = z.strictObject({
  baseline: z.string().describe("what ratios refer to: the first mode that serves the load"),
  best: z.partialRecord(Measure, Best),
  bounds: z.record(z.string(), Bound),
  uncertainty: z.number().describe("how far the GPU times of these runs are off, typically, as a share"),
  undecided: z
    .array(Measure)
    .describe(
      "by which the best offloaded mode and GPU-only differ by less than that, but by more than half a percent",
    ),
  what_if: WhatIf.nullable().describe("null where nothing was run again"),
  sentences: z.array(z.string()),
});
export type Verdict = z.infer<typeof Verdict>;
