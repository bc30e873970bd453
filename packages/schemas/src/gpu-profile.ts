/**
 * @module
 * A GPU profile in memory: layer timings of one (GPU, model, dtype, tp), raw or compact. Times are microseconds,
 * as LLMServingSim's profiler writes them; the cost model converts to ns once.
 */
import { z } from "zod";

/** Samples of one layer over its size (tokens or sequences), ascending. */
export interface LayerSamples {
  sizes: number[];
  timeUs: number[];
}

/** Attention samples as columns of equal length. */
export interface AttentionSamples {
  prefillChunk: number[];
  kvPrefill: number[];
  nDecode: number[];
  kvDecode: number[];
  timeUs: number[];
}

/** Bin edges and labels of one axis of the skew table; bin i is (edges[i], edges[i+1]]. */
export const SkewAxis = z.strictObject({ bins: z.array(z.number()), labels: z.array(z.string()) });
export type SkewAxis = z.infer<typeof SkewAxis>;

/** What uneven decode lengths cost: alpha of t = t(mean) + alpha (t(max) - t(mean)), by bucket. */
export interface SkewTable {
  alphaDefault: number;
  axes: { n: SkewAxis; skewRate: SkewAxis; kvBig: SkewAxis; kp: SkewAxis };
  /** `pc|n label|skew-rate label|kv label|kp label` -> alpha. */
  alpha: Map<string, number>;
}

export interface GpuProfile {
  hardware: string;
  model: string;
  variant: string;
  tp: number;
  /** Measured samples or a fit to them: the two interpolate attention in different ways. */
  form: "raw" | "compact";
  dense: Record<string, LayerSamples>;
  perSequence: Record<string, LayerSamples>;
  attention: AttentionSamples;
  /**
   * Compact form: further prefill chunks that the raw table has knots at, with the shortest decode context measured
   * there. The raw table holds such a chunk's slice flat below that context.
   */
  heldChunks: { chunk: number; context: number }[];
  skew: SkewTable;
  /** Where the data is from, free text. */
  source: string;
}

/** `profile.json` beside the CSV files that `tandem profile import` writes: a fit, or with `--raw` all samples. */
export const CompactProfileMeta = z.strictObject({
  $schema: z.string().optional(),
  form: z.enum(["compact", "raw"]),
  hardware: z.string(),
  gpu: z.string().optional(),
  model: z.string(),
  variant: z.string(),
  architecture: z.string(),
  tp_degrees: z.array(z.int().positive()).min(1),
  source: z.string(),
  skew: z.strictObject({
    alpha_default: z.record(z.string(), z.number()),
    axes: z.strictObject({ n: SkewAxis, skew_rate: SkewAxis, kv_big: SkewAxis, kp: SkewAxis }),
  }),
});
export type CompactProfileMeta = z.infer<typeof CompactProfileMeta>;

const BinAxes = z.looseObject({
  n_bins: z.array(z.number()),
  n_labels: z.array(z.string()),
  skew_rate_bins: z.array(z.number()),
  skew_rate_labels: z.array(z.string()),
  kv_big_bins: z.array(z.number()),
  kv_big_labels: z.array(z.string()),
  kp_bins: z.array(z.number()),
  kp_labels: z.array(z.string()),
});

/** The fields of a raw bundle's `meta.yaml` that Tandem reads. */
export const RawProfileMeta = z.looseObject({
  gpu: z.string().optional(),
  hardware: z.string(),
  model: z.string(),
  variant: z.string(),
  architecture: z.string(),
  vllm_version: z.union([z.string(), z.number()]).optional(),
  tp_degrees: z.array(z.int().positive()).min(1),
  skew_fit: z
    .looseObject({
      enabled: z.boolean().default(true),
      bucket_axes: BinAxes.optional(),
      per_tp: z.record(
        z.string(),
        z.looseObject({
          alpha_default: z.number().default(0),
          bucket_axes: BinAxes.optional(),
          bucket_table: z.string().optional(),
        }),
      ),
    })
    .optional(),
});
export type RawProfileMeta = z.infer<typeof RawProfileMeta>;
