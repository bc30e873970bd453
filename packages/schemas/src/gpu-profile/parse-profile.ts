/**
 * @module
 * A GPU profile from the texts of its folder `<hardware>/<model>/<variant>`: Tandem's own (`profile.json`) or a raw
 * LLMServingSim bundle (`meta.yaml`). Where the texts come from is the caller's business, so a browser can do it.
 */
import { parse as parseYaml } from "yaml";
import type { TableText } from "../csv-table.js";
import { TandemError } from "../errors.js";
import { parseJson } from "../json-text.js";
import { expertsRefused } from "../mixture-of-experts.js";
import { parseWith } from "../parse.js";
import { type GpuProfile, noSkew, type SkewTable } from "./profile.js";
import { hasFp8Kv } from "./profile-match.js";
import { CompactProfileMeta, RawProfileMeta } from "./profile-meta.js";
import { parseAttentionTables, parseHeldChunks, parseLayerTable, parseSkewTable } from "./profile-tables.js";

/** A profile folder, by its texts. */
export interface ProfileFolder {
  /** Its name, the first part of an error's place. */
  source: string;
  /** Text of a file by its path in the folder (`tp1/dense.csv`), undefined where there is none. */
  text(path: string): string | undefined;
}

/** What a profile folder says of itself: a bundle's `meta.yaml`, or the `profile.json` that Tandem writes. */
export type FoundProfileMeta =
  | { layout: "bundle"; meta: RawProfileMeta }
  | { layout: "tandem"; meta: CompactProfileMeta };

/** @throws {TandemError} E_NOT_FOUND where the folder has neither file, E_PARSE, E_SCHEMA */
export function parseProfileMeta({ source, text }: ProfileFolder): FoundProfileMeta {
  const own = text("profile.json");
  if (own !== undefined) {
    const where = `${source}/profile.json`;
    return { layout: "tandem", meta: parseWith(CompactProfileMeta, parseJson(own, where), where) };
  }
  const raw = text("meta.yaml");
  if (raw !== undefined) {
    const where = `${source}/meta.yaml`;
    return { layout: "bundle", meta: parseWith(RawProfileMeta, yamlValue(raw, where), where) };
  }
  throw new TandemError("E_NOT_FOUND", "neither profile.json nor meta.yaml (raw LLMServingSim bundle) in this folder", {
    where: source,
    hint: "expected <hardware>/<model>/<variant>",
  });
}

function yamlValue(text: string, where: string): unknown {
  try {
    // What it would only warn of, it would print.
    return parseYaml(text, { logLevel: "error" });
  } catch (error) {
    throw new TandemError("E_PARSE", `not valid YAML: ${(error as Error).message.split("\n")[0]}`, { where });
  }
}

const dense = (tp: number): string => `tp${tp}/dense.csv`;

/** Degrees of tensor parallelism that the folder lists, by whether their tables are there. */
export function listedDegrees(
  folder: ProfileFolder,
  { tp_degrees }: { tp_degrees: readonly number[] },
): { present: number[]; absent: number[] } {
  const present = tp_degrees.filter((tp) => folder.text(dense(tp)) !== undefined);
  return { present, absent: tp_degrees.filter((tp) => !present.includes(tp)) };
}

function optionalTable({ source, text }: ProfileFolder, path: string): TableText | undefined {
  const found = text(path);
  return found === undefined ? undefined : { text: found, source: `${source}/${path}` };
}

function table(folder: ProfileFolder, path: string): TableText {
  const found = optionalTable(folder, path);
  if (found) return found;
  throw new TandemError("E_NOT_FOUND", "no such file in this profile", { where: `${folder.source}/${path}` });
}

function bundleSkew(folder: ProfileFolder, { skew_fit: fit }: RawProfileMeta, tp: number): SkewTable {
  const entry = fit?.enabled === false ? undefined : fit?.per_tp?.[String(tp)];
  if (!entry) return noSkew;
  const alphaDefault = entry.alpha_default ?? 0;
  const axes = entry.bucket_axes ?? fit?.bucket_axes;
  const buckets = optionalTable(folder, entry.bucket_table ?? `tp${tp}/skew_fit.csv`);
  if (!axes || !buckets) return { ...noSkew, alphaDefault };
  return {
    alphaDefault,
    axes: {
      n: { bins: axes.n_bins, labels: axes.n_labels },
      skewRate: { bins: axes.skew_rate_bins, labels: axes.skew_rate_labels },
      kvBig: { bins: axes.kv_big_bins, labels: axes.kv_big_labels },
      kp: { bins: axes.kp_bins, labels: axes.kp_labels },
    },
    alpha: parseSkewTable(buckets),
  };
}

function ownSkew(folder: ProfileFolder, { skew }: CompactProfileMeta, tp: number): SkewTable {
  const { n, skew_rate: skewRate, kv_big: kvBig, kp } = skew.axes;
  return {
    alphaDefault: skew.alpha_default[String(tp)] ?? 0,
    axes: { n, skewRate, kvBig, kp },
    alpha: parseSkewTable(table(folder, `tp${tp}/skew.csv`)),
  };
}

/** A bundle says what its engine was told, and in its variant's name; a profile of Tandem says it outright. */
function kvCacheDtypeOf({ layout, meta }: FoundProfileMeta): GpuProfile["kvCacheDtype"] {
  const told = layout === "bundle" ? meta.engine_effective?.kv_cache_dtype : meta.kv_cache_dtype;
  return told?.startsWith("fp8") || (!told && hasFp8Kv(meta.variant)) ? "fp8" : "auto";
}

function bundleSource({ gpu, hardware, vllm_version, derived }: RawProfileMeta): string {
  if (derived) return `bundle that nobody measured: ${derived.from ?? gpu ?? hardware}`;
  return `raw LLMServingSim bundle: ${gpu ?? hardware}${vllm_version ? `, vLLM ${vllm_version}` : ""}`;
}

/** Tables that nobody measured are trusted no further than they say. */
function computedOf({ layout, meta }: FoundProfileMeta): Pick<GpuProfile, "computed"> {
  if (layout === "bundle") return meta.derived ? { computed: meta.derived.tier ?? "spec sheet" } : {};
  return meta.computed ? { computed: meta.computed } : {};
}

/** What differs between a bundle and a profile of Tandem. */
function ofLayout(
  folder: ProfileFolder,
  found: FoundProfileMeta,
  tp: number,
): Pick<GpuProfile, "form" | "heldChunks" | "skew" | "source"> {
  if (found.layout === "bundle") {
    return {
      form: "raw",
      heldChunks: [],
      skew: bundleSkew(folder, found.meta, tp),
      source: bundleSource(found.meta),
    };
  }
  const held = optionalTable(folder, `tp${tp}/attention_held.csv`);
  return {
    form: found.meta.form,
    heldChunks: held ? parseHeldChunks(held) : [],
    skew: ownSkew(folder, found.meta, tp),
    source: found.meta.source,
  };
}

function checkTables(folder: ProfileFolder, { meta }: FoundProfileMeta, tp: number): void {
  if (folder.text(`tp${tp}/moe.csv`) !== undefined) {
    throw expertsRefused("the profile has expert tables", { where: `${folder.source}/tp${tp}/moe.csv` });
  }
  if (folder.text(dense(tp)) !== undefined) return;
  const present = listedDegrees(folder, meta).present.map((degree) => `tp${degree}`);
  throw new TandemError("E_NOT_FOUND", `no tables for tensor parallelism ${tp}`, {
    where: `${folder.source}/tp${tp}`,
    hint: present.length > 0 ? `present: ${present.join(", ")}` : "a profile folder has a folder tp<N> for each degree",
  });
}

/**
 * One tp's tables of a profile.
 *
 * @throws {TandemError} E_NOT_FOUND for a missing file, E_PARSE and E_SCHEMA with file and line, E_UNSUPPORTED for a
 *   mixture-of-experts bundle
 * @example
 * const folder = { source: "mine", text: (path) => texts.get(path) };
 * parseGpuProfile(folder, 1).dense.qkv_proj;
 */
export function parseGpuProfile(folder: ProfileFolder, tp: number): GpuProfile {
  const found = parseProfileMeta(folder);
  checkTables(folder, found, tp);
  const compact = found.layout === "tandem" && found.meta.form === "compact";
  const mixed = compact ? optionalTable(folder, `tp${tp}/attention_mixed.csv`) : undefined;
  const { hardware, model, variant } = found.meta;
  return {
    hardware,
    model,
    variant,
    tp,
    kvCacheDtype: kvCacheDtypeOf(found),
    dense: parseLayerTable(table(folder, dense(tp)), "tokens"),
    perSequence: parseLayerTable(table(folder, `tp${tp}/per_sequence.csv`), "sequences"),
    attention: parseAttentionTables([table(folder, `tp${tp}/attention.csv`), ...(mixed ? [mixed] : [])]),
    ...ofLayout(folder, found, tp),
    ...computedOf(found),
  };
}
