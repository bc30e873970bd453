/**
 * @module
 * A sweep: one run with some of its flags varied. What `tandem sweep` takes, and a line of what it writes.
 */
import * as z from "zod";

const setting = z.json().describe("a flag's value; true and false where the flag takes none");

/** Figures of a summary that a sweep keeps where its file names none. */
export const defaultMetrics = [
  "makespan_ns",
  "throughput.requests_s",
  "throughput.decode_tok_s",
  "ttft_ms.mean",
  "ttft_ms.p99",
  "tpot_ms.mean",
  "tpot_ms.p99",
  "gpu_busy",
  "pim_busy",
  "energy_j.total",
];

/** What a run costs, for `cost_usd`. */
export const Prices = z.strictObject({
  gpu_hour: z.number().nonnegative().default(0).describe("USD for a GPU and an hour of the makespan"),
  pim_channel_hour: z.number().nonnegative().default(0).describe("USD for a PIM channel that serves, and an hour"),
  kwh: z.number().nonnegative().default(0).describe("USD for a kWh; counts where the node has a power block"),
});
export type Prices = z.infer<typeof Prices>;

export const SweepFile = z.strictObject({
  base: z
    .record(z.string(), setting)
    .default({})
    .describe("flags of tandem run without dashes, mode, and set.<path> for --set; the same in every cell"),
  axes: z
    .record(z.string(), z.array(setting).min(1, "expected at least one value"))
    .describe("the same keys with the values to vary them over; the last one varies fastest"),
  zip: z.array(z.string()).default([]).describe("axes that advance together, all of one length; the others are a grid"),
  keep: z.array(z.string()).min(1).default(defaultMetrics).describe("figures of the summary, such as ttft_ms.mean"),
  prices: Prices.optional().describe("adds cost_usd to what is kept"),
});
export type SweepFile = z.infer<typeof SweepFile>;

const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** A line of results.jsonl. Every figure is null where the run has none. */
export const SweepRecord = z.strictObject({
  cell: z.int().nonnegative().describe("number in grid order"),
  key: z.string().describe("SHA-256 of everything that the figures depend on, Tandem's version among it"),
  axes: z.record(z.string(), z.json()).describe("its place on the axes"),
  metrics: z.record(z.string(), scalar).optional().describe("left out where the cell failed"),
  error: z.string().optional().describe("why it failed"),
});
export type SweepRecord = z.infer<typeof SweepRecord>;

/** The first line of a shard's file. */
export const ShardHeader = z.strictObject({
  manifest: z.string().describe("SHA-256 of the whole sweep: the keys of all its cells, in order"),
  version: z.string().describe("of Tandem"),
  shard: z.int().positive(),
  of: z.int().positive().describe("shards"),
  cells: z.int().positive().describe("of the whole sweep"),
});
export type ShardHeader = z.infer<typeof ShardHeader>;
