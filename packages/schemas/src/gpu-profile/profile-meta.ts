/**
 * @module
 * What a profile folder says of itself: Tandem's `profile.json`, or the `meta.yaml` of a raw LLMServingSim bundle.
 */
import * as z from "zod";
import { SpecSheetTier } from "../spec-sheet.js";

const SkewAxis = z.strictObject({ bins: z.array(z.number()), labels: z.array(z.string()) });

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
  kv_cache_dtype: z
    .enum(["auto", "fp8"])
    .optional()
    .describe("that attention was measured with; auto = as the variant"),
  source: z.string(),
  computed: SpecSheetTier.optional().describe(
    "from a spec sheet, fitted so far, instead of measured; left out: measured",
  ),
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

/**
 * The fields of a raw bundle's `meta.yaml` that Tandem reads. What the profiler could not find out, or did not fit, is null
 * or left out.
 */
export const RawProfileMeta = z.looseObject({
  gpu: z.string().nullish(),
  hardware: z.string(),
  model: z.string(),
  variant: z.string(),
  architecture: z.string(),
  vllm_version: z.union([z.string(), z.number()]).nullish(),
  tp_degrees: z.array(z.int().positive()).min(1),
  engine_effective: z.looseObject({ kv_cache_dtype: z.string().nullish() }).nullish(),
  /** LLMServingSim's mark of a bundle that nobody measured; `tier` is Tandem's, how far its spec sheet was fitted. */
  derived: z.looseObject({ from: z.string().nullish(), tier: SpecSheetTier.nullish() }).nullish(),
  skew_fit: z
    .looseObject({
      enabled: z.boolean().nullish(),
      bucket_axes: BinAxes.nullish(),
      per_tp: z
        .record(
          z.string(),
          z.looseObject({
            alpha_default: z.number().nullish(),
            bucket_axes: BinAxes.nullish(),
            bucket_table: z.string().nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});
export type RawProfileMeta = z.infer<typeof RawProfileMeta>;
