/**
 * @module
 * A computed profile as a bundle in LLMServingSim's layout: what its profiler writes, and that nobody measured it.
 */
import {
  bundleMetaText,
  type GpuProfile,
  type GpuSpec,
  type ModelConfig,
  type RawProfileMeta,
} from "@tandem-sim/schemas";
import { profileCsv } from "../profile-csv.js";
import { type SynthOptions, synthesizeProfile } from "./synthesized-profile.js";

export interface SynthesizedBundle {
  profiles: GpuProfile[];
  /** Text by path in the bundle's folder; `meta.yaml` is the last, since a folder is a bundle by it. */
  files: Map<string, string>;
}

const greatest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

/** Uneven decodes take the default everywhere: its axes are of one bin each. */
const bucketAxes = {
  n_bins: [0, 1_000_000],
  n_labels: ["n>0"],
  skew_rate_bins: [-0.01, 1.01],
  skew_rate_labels: ["sr<=100%"],
  kv_big_bins: [0, 1_000_000_000],
  kv_big_labels: ["kvB>0"],
  kp_bins: [-1, 1_000_000_000],
  kp_labels: ["kp>=0"],
};
const noBuckets = "pc,n_label,skew_rate_label,kv_big_label,kp_label,alpha,n_samples\n";

function metaOf(spec: GpuSpec, architecture: string, profiles: readonly [GpuProfile, ...GpuProfile[]]): RawProfileMeta {
  const [{ model, variant, kvCacheDtype, source, computed, dense, perSequence }] = profiles;
  const largest = (layers: GpuProfile["dense"]): number =>
    greatest(Object.values(layers).flatMap(({ sizes }) => sizes));
  return {
    gpu: spec.gpu,
    hardware: spec.hardware,
    architecture,
    model,
    variant,
    tp_degrees: profiles.map(({ tp }) => tp),
    derived: { by: "tandem profile synth", from: source, tier: computed },
    engine_effective: {
      max_num_batched_tokens: largest(dense),
      max_num_seqs: largest(perSequence),
      ...(kvCacheDtype === "fp8" && { kv_cache_dtype: kvCacheDtype }),
    },
    skew_fit: {
      enabled: true,
      bucket_axes: bucketAxes,
      per_tp: Object.fromEntries(
        profiles.map(({ tp, skew }) => [
          tp,
          { alpha_default: skew.alphaDefault, bucket_table: `tp${tp}/skew_fit.csv` },
        ]),
      ),
    },
  };
}

/** The tables of one degree; the bundle's name for those of uneven decodes is another than Tandem's. */
function tablesOf(profile: GpuProfile): [path: string, text: string][] {
  const { "skew.csv": _, ...tables } = profileCsv(profile);
  return Object.entries({ ...tables, "skew_fit.csv": noBuckets }).map(([name, text]) => [
    `tp${profile.tp}/${name}`,
    text,
  ]);
}

/**
 * @param name of the model
 * @param degrees of tensor parallelism, at least one
 * @throws {TandemError} as {@link synthesizeProfile}
 * @example
 * const { files } = synthesizeBundle(spec, model, "mine", [1, 2]);
 * files.get("tp2/dense.csv");
 */
export function synthesizeBundle(
  spec: GpuSpec,
  model: ModelConfig,
  name: string,
  degrees: readonly [number, ...number[]],
  options: Omit<SynthOptions, "tp"> = {},
): SynthesizedBundle {
  const at = (tp: number): GpuProfile => synthesizeProfile(spec, model, name, { ...options, tp });
  const [first, ...others] = degrees;
  const profiles: [GpuProfile, ...GpuProfile[]] = [at(first), ...others.map(at)];
  const meta = bundleMetaText(metaOf(spec, model.model_type, profiles));
  return { profiles, files: new Map([...profiles.flatMap(tablesOf), ["meta.yaml", meta]]) };
}
