/**
 * @module
 * A raw LLMServingSim bundle as a profile folder of Tandem: fitted tables that take little room, or all samples.
 */
import type { Architecture } from "@tandem-sim/hardware";
import { type CompactProfileMeta, type GpuProfile, noSkew, type RawProfileMeta } from "@tandem-sim/schemas";
import { type FitReport, fitReport } from "./fit-error.js";
import { type ProfileFiles, profileCsv } from "./profile-csv.js";
import { defaultFit, fitProfile } from "./profile-fit.js";

/** What a compact profile may take, bytes of CSV; a bundle with more layers or buckets than usual gets fewer knots. */
const MOST_CSV_BYTES = 24_000;
const FEWEST_DENSE_KNOTS = 120;
const KNOT_STEP = 20;

/** One tp's tables. */
export interface ImportedTables {
  profile: GpuProfile;
  files: ProfileFiles;
  csvBytes: number;
  /** Error of the fit; null where all samples are kept. */
  report: FitReport | null;
}

/** What a profile folder holds: `profile.json`, and the files of each folder `tp<N>`. */
export interface ImportedProfile {
  meta: CompactProfileMeta;
  tables: ImportedTables[];
}

const sizeOf = (files: ProfileFiles): number => Object.values(files).reduce((sum, text) => sum + text.length, 0);

function fitWithinSize(raw: GpuProfile, architecture: Architecture, layers: number): GpuProfile {
  const { total, least } = defaultFit.denseKnots;
  for (let knots = total; ; knots -= KNOT_STEP) {
    const profile = fitProfile(raw, architecture, layers, { ...defaultFit, denseKnots: { total: knots, least } });
    if (knots <= FEWEST_DENSE_KNOTS || sizeOf(profileCsv(profile)) <= MOST_CSV_BYTES) return profile;
  }
}

function sourceOf(meta: RawProfileMeta, fitted: boolean): string {
  if (meta.derived) return `computed, not measured: ${meta.derived.from ?? meta.gpu ?? meta.hardware}`;
  const vllm = meta.vllm_version ? ` with vLLM ${meta.vllm_version}` : "";
  const made = fitted ? "fitted by `tandem profile import`" : "kept whole by `tandem profile import --raw`";
  return `measured by LLMServingSim's profiler (MIT, casys-kaist)${vllm} on an ${meta.gpu ?? meta.hardware}, ${made}`;
}

function metaOf(meta: RawProfileMeta, profiles: readonly GpuProfile[], fitted: boolean): CompactProfileMeta {
  const { axes } = profiles[0]?.skew ?? noSkew;
  return {
    form: fitted ? "compact" : "raw",
    hardware: meta.hardware,
    ...(meta.gpu ? { gpu: meta.gpu } : {}),
    model: meta.model,
    variant: meta.variant,
    architecture: meta.architecture,
    tp_degrees: profiles.map(({ tp }) => tp),
    ...(profiles.some(({ kvCacheDtype }) => kvCacheDtype === "fp8") ? { kv_cache_dtype: "fp8" as const } : {}),
    source: sourceOf(meta, fitted),
    ...(profiles[0]?.computed ? { computed: profiles[0].computed } : {}),
    skew: {
      alpha_default: Object.fromEntries(profiles.map(({ tp, skew }) => [tp, skew.alphaDefault])),
      axes: { n: axes.n, skew_rate: axes.skewRate, kv_big: axes.kvBig, kp: axes.kp },
    },
  };
}

/**
 * @param measured the bundle's tables, one per tensor-parallel degree; at least one
 * @param layers decoder layers of the model: how often an iteration repeats what is fitted
 * @param keepSamples instead of fitting them
 * @throws {TandemError} E_UNSUPPORTED where a table is compact already
 * @example
 * const { meta, tables } = importBundle(bundleMeta, [readGpuProfile(dir, 1)], architectureNamed("llama"), 32);
 */
export function importBundle(
  bundle: RawProfileMeta,
  measured: readonly GpuProfile[],
  architecture: Architecture,
  layers: number,
  { keepSamples = false }: { keepSamples?: boolean } = {},
): ImportedProfile {
  const tables = measured.map((raw): ImportedTables => {
    const profile = keepSamples ? raw : fitWithinSize(raw, architecture, layers);
    const files = profileCsv(profile);
    const report = keepSamples ? null : fitReport(profile, raw, architecture, layers);
    return { profile, files, csvBytes: sizeOf(files), report };
  });
  return {
    meta: metaOf(
      bundle,
      tables.map(({ profile }) => profile),
      !keepSamples,
    ),
    tables,
  };
}
