/**
 * @module
 * The machine-readable result of a run: what `--summary` writes.
 */
import * as z from "zod";
import { SpecSheetTier } from "./spec-sheet.js";
import { Verdict } from "./verdict.js";

const ns = z.number().nonnegative();
const share = z.number().min(0).max(1);
const count = z.int().nonnegative();

/** Times in ms. Percentiles interpolate linearly between order statistics, as NumPy does. */
export const LatencyStatistics = z.strictObject({
  mean: z.number(),
  median: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
});
export type LatencyStatistics = z.infer<typeof LatencyStatistics>;

export const InstanceSummary = z.strictObject({
  instance: count,
  node: count,
  model: z.string(),
  hardware: z.string(),
  gpu_times: z
    .enum(["measured", ...SpecSheetTier.options])
    .describe(
      "where its GPU's times come from: measured tables, or its spec sheet and how far that was fitted; simulated: compared with a simulator only",
    ),
  requests: count,
  iterations: count,
  gpus: count.optional().describe("that share every layer, in step; left out where it is one"),
  gpu_busy: share,
  collective_busy: share.optional().describe("the links between its GPUs; left out where it is one"),
  pim_busy: share.nullable(),
  pim_util: share.nullable().describe("mean over the instance's channels"),
  pim_busiest_group: share.nullable().describe("busy share of the channel group with the most work"),
  link_up_busy: share.nullable(),
  link_down_busy: share.nullable(),
  gpu_bandwidth_gbps: z.number().positive(),
  pim_gemv_bandwidth_gbps: z.number().positive().nullable().describe("KV bytes that its channels attend to"),
  pim_channels: count,
  pim_channel_groups: count,
});
export type InstanceSummary = z.infer<typeof InstanceSummary>;

export const Summary = z.strictObject({
  $schema: z.string().optional(),
  schema_version: z.literal(1),
  requests: count,
  input_tokens: count,
  output_tokens: count,
  makespan_ns: ns.describe("first arrival to last token"),
  iterations: count,
  throughput: z.strictObject({
    requests_s: z.number(),
    prompt_tok_s: z.number().describe("prompt tokens, prefix hits included"),
    decode_tok_s: z.number().describe("generated tokens"),
  }),
  goodput: z
    .strictObject({
      ttft_ms: z.number().positive().nullable().describe("limit; null = none"),
      tpot_ms: z.number().positive().nullable().describe("limit; null = none"),
      requests: count.describe("that met both"),
      requests_s: z.number(),
    })
    .nullable()
    .describe("null without --slo"),
  ttft_ms: LatencyStatistics,
  tpot_ms: LatencyStatistics.describe("requests of two tokens or more"),
  itl_ms: LatencyStatistics,
  latency_ms: LatencyStatistics,
  queuing_ms: LatencyStatistics,
  gpu_busy: share.describe("mean over GPUs"),
  gpu_idle: share,
  pim_busy: share.nullable().describe("at least one channel computes; null without offload"),
  pim_idle: share.nullable(),
  pim_util: share.nullable().describe("mean over channels"),
  interleaving: z.strictObject({
    interleaved: count.describe("iterations in two sub-batches"),
    chunked: count.describe("of those, with one prefill cut between the sub-batches"),
    serial: count.describe("iterations left undivided by policy or because interleaving is off"),
    single_request: count.describe("iterations of one request, which runs undivided"),
    gained_ns: ns.describe("saved against the same batches undivided"),
    lost_ns: ns.describe("lost against the same batches undivided"),
    extra_gpu_ns: z
      .number()
      .describe("GPU time beyond that of the same batches undivided: weights are read once per sub-batch"),
  }),
  idle: z
    .strictObject({
      gpu: z.strictObject({
        waiting_for_pim: share,
        waiting_for_link: share,
        waiting_for_collective: share.optional().describe("left out where no instance has several GPUs"),
        waiting_for_host: share
          .optional()
          .describe("between iterations; left out without a calibration that has host time"),
        iteration_tail: share.describe("the iteration ends with a KV upload that nobody waits for"),
        no_work: share,
      }),
      pim: z.strictObject({ waiting_for_gpu: share, waiting_for_link: share, no_work: share }).nullable(),
    })
    .describe("what the devices waited for, as shares of the makespan"),
  batch: z
    .strictObject({ mean: z.number().nonnegative().describe("weighted by the time of an iteration"), max: count })
    .describe("requests of an iteration"),
  held: z
    .strictObject({ sequences: share, tokens: share, memory: share })
    .describe(
      "share of the makespan in which requests wait, by what holds the first one back: the limit of sequences, that of tokens in a step, KV memory",
    ),
  kv_tokens: z
    .strictObject({ room: count, peak: count })
    .describe("tokens whose K and V fit where they stay, PIM or GPU, and the most that were there"),
  gpu_time: z
    .strictObject({
      typical_error: share.describe("how far the GPU time is off, typically, where somebody has measured; not a bound"),
      phases: z
        .record(
          z.enum(["decode", "mixed", "prefill"]),
          z.strictObject({
            share: share.describe("of the GPU time"),
            beyond: share.describe("of that, in iterations of which some cost lies beyond what was measured"),
          }),
        )
        .describe("iterations of decodes only, of prompts only, and of both"),
      farthest: z
        .strictObject({ axis: z.string(), factor: z.number().describe("of the greatest measured value") })
        .nullable()
        .describe("the axis of a profile that the run left farthest; null: none"),
    })
    .describe("how the GPU's times were known; spec sheets have no measured range, see instances for theirs"),
  preemptions: count,
  recomputed_tokens: count,
  prefix_hit_tokens: count,
  kv_offload: z
    .strictObject({
      room_tokens: count.describe("tokens whose K and V fit into host memory"),
      hit_tokens: count.describe("of the prefix hits, those that were in host memory"),
      swaps: count.describe("preempted requests whose KV was moved to host memory"),
      restored_tokens: count.describe("of preempted requests, loaded from there rather than computed again"),
      loads: count,
      load_ms: z.number().nonnegative().describe("mean, from the step that asked for it"),
    })
    .optional()
    .describe("KV in host memory; left out where no instance moves KV there"),
  link_bytes: z.strictObject({
    up: z.number().nonnegative(),
    down: z.number().nonnegative(),
    between_gpus: z
      .number()
      .nonnegative()
      .optional()
      .describe("of all-reduces; left out where no instance has several"),
  }),
  energy_j: z.record(z.string(), z.number()).nullable().describe("by component and total; null without a power block"),
  energy: z
    .strictObject({
      j_per_token: z.number().describe("per generated token"),
      j_per_request: z.number(),
      npu_active_for_second_weight_read_j: z
        .number()
        .describe("NPU active energy of interleaved iterations beyond that of the same batches undivided"),
      nodes: z.array(z.strictObject({ node: count, energy_j: z.record(z.string(), z.number()).nullable() })),
    })
    .nullable()
    .describe("from time 0 to the last token; null without a power block"),
  instances: z.array(InstanceSummary),
  verdict: Verdict.optional().describe("on this run and the other modes; left out where those were not run"),
  host: z.record(z.string(), z.unknown()).optional().describe("what depends on the machine: wall time, versions"),
});
export type Summary = z.infer<typeof Summary>;
