/**
 * @module
 * Reads a GPU profile folder `<hardware>/<model>/<variant>`: Tandem's own (`profile.json`) or a raw LLMServingSim bundle
 * (`meta.yaml`).
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { parse as parseYaml } from "yaml";
import { TandemError } from "../errors.js";
import {
  type AttentionSamples,
  CompactProfileMeta,
  type GpuProfile,
  type LayerSamples,
  RawProfileMeta,
  type SkewTable,
} from "../gpu-profile.js";
import { parseWith } from "../parse.js";
import { readJson, readText } from "./files.js";

type Row = Record<string, string>;

function readRows(path: string, columns: readonly string[]): Row[] {
  const text = readText(path);
  let rows: Row[];
  try {
    rows = parseCsv(text, { columns: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new TandemError("E_PARSE", (error as Error).message, { where: path });
  }
  const header = text.slice(0, text.indexOf("\n")).trim().split(",");
  for (const column of columns) {
    if (!header.includes(column)) {
      throw new TandemError("E_SCHEMA", `column "${column}" is missing`, {
        where: `${path}:1`,
        hint: `columns: ${columns.join(", ")}`,
      });
    }
  }
  return rows;
}

function numberIn(row: Row, column: string, path: string, index: number): number {
  const value = Number(row[column]);
  if (row[column] === "" || !Number.isFinite(value) || value < 0) {
    throw new TandemError("E_SCHEMA", `expected a number >= 0, found "${row[column]}"`, {
      where: `${path}:${index + 2}: ${column}`,
    });
  }
  return value;
}

function readLayerSamples(path: string, sizeColumn: string): Record<string, LayerSamples> {
  const layers: Record<string, { size: number; timeUs: number }[]> = {};
  readRows(path, ["layer", sizeColumn, "time_us"]).forEach((row, index) => {
    const layer = row.layer as string;
    layers[layer] ??= [];
    layers[layer].push({
      size: numberIn(row, sizeColumn, path, index),
      timeUs: numberIn(row, "time_us", path, index),
    });
  });
  return Object.fromEntries(
    Object.entries(layers).map(([layer, samples]) => {
      samples.sort((a, b) => a.size - b.size);
      return [layer, { sizes: samples.map((s) => s.size), timeUs: samples.map((s) => s.timeUs) }];
    }),
  );
}

const attentionKeys = ["prefill_chunk", "kv_prefill", "n_decode"] as const;

/** Long form (a `kv_decode` and a `time_us` column) or wide form (a column per kv_decode value, empty = not measured). */
function readAttention(path: string, into: AttentionSamples): void {
  const text = readText(path);
  const header = text.slice(0, text.indexOf("\n")).trim().split(",");
  const long = header.includes("time_us");
  const rows = readRows(path, long ? [...attentionKeys, "kv_decode", "time_us"] : attentionKeys);
  const contexts = header.filter((column) => !attentionKeys.some((key) => key === column));
  const odd = long ? undefined : contexts.find((column) => !/^\d+$/.test(column));
  if (odd !== undefined) {
    throw new TandemError("E_SCHEMA", `unknown column "${odd}"`, {
      where: `${path}:1`,
      hint: `columns: ${attentionKeys.join(", ")}, then kv_decode and time_us, or one column per kv_decode value`,
    });
  }
  const add = (row: Row, index: number, kvDecode: number, column: string): void => {
    into.prefillChunk.push(numberIn(row, "prefill_chunk", path, index));
    into.kvPrefill.push(numberIn(row, "kv_prefill", path, index));
    into.nDecode.push(numberIn(row, "n_decode", path, index));
    into.kvDecode.push(kvDecode);
    into.timeUs.push(numberIn(row, column, path, index));
  };
  rows.forEach((row, index) => {
    if (long) add(row, index, numberIn(row, "kv_decode", path, index), "time_us");
    else {
      for (const column of contexts) {
        if (row[column] !== "") add(row, index, Number(column), column);
      }
    }
  });
}

function readHeldChunks(path: string): GpuProfile["heldChunks"] {
  if (!existsSync(path)) return [];
  return readRows(path, ["prefill_chunk", "context"]).map((row, index) => ({
    chunk: numberIn(row, "prefill_chunk", path, index),
    context: numberIn(row, "context", path, index),
  }));
}

function readSkewBuckets(path: string): Map<string, number> {
  const columns = ["pc", "n_label", "skew_rate_label", "kv_big_label", "kp_label", "alpha"] as const;
  const rows = readRows(path, columns);
  return new Map(
    rows.map((row, index) => [
      columns
        .slice(0, 5)
        .map((column) => row[column])
        .join("|"),
      signedNumber(row.alpha as string, path, index),
    ]),
  );
}

function signedNumber(text: string, path: string, index: number): number {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) {
    throw new TandemError("E_SCHEMA", `expected a number, found "${text}"`, { where: `${path}:${index + 2}: alpha` });
  }
  return value;
}

const noSkew: SkewTable = {
  alphaDefault: 0,
  axes: {
    n: { bins: [], labels: [] },
    skewRate: { bins: [], labels: [] },
    kvBig: { bins: [], labels: [] },
    kp: { bins: [], labels: [] },
  },
  alpha: new Map(),
};

function rawSkew(dir: string, meta: RawProfileMeta, tp: number): SkewTable {
  const fit = meta.skew_fit;
  const entry = fit?.enabled ? fit.per_tp[String(tp)] : undefined;
  const axes = entry?.bucket_axes ?? fit?.bucket_axes;
  if (!entry) return noSkew;
  const table = join(dir, entry.bucket_table ?? join(`tp${tp}`, "skew_fit.csv"));
  if (!axes || !existsSync(table)) return { ...noSkew, alphaDefault: entry.alpha_default };
  return {
    alphaDefault: entry.alpha_default,
    axes: {
      n: { bins: axes.n_bins, labels: axes.n_labels },
      skewRate: { bins: axes.skew_rate_bins, labels: axes.skew_rate_labels },
      kvBig: { bins: axes.kv_big_bins, labels: axes.kv_big_labels },
      kp: { bins: axes.kp_bins, labels: axes.kp_labels },
    },
    alpha: readSkewBuckets(table),
  };
}

function tpFolder(dir: string, tp: number): string {
  const folder = join(dir, `tp${tp}`);
  if (existsSync(folder)) return folder;
  const present = readdirSync(dir).filter((name) => /^tp\d+$/.test(name));
  throw new TandemError("E_NOT_FOUND", `no tables for tensor parallelism ${tp}`, {
    where: folder,
    hint: present.length > 0 ? `present: ${present.join(", ")}` : "a profile folder has a folder tp<N> for each degree",
  });
}

/** What a profile folder says of itself: a bundle's `meta.yaml`, or the `profile.json` that Tandem writes. */
export type FoundProfileMeta =
  | { layout: "bundle"; meta: RawProfileMeta }
  | { layout: "tandem"; meta: CompactProfileMeta };

/** Reads it. @throws {TandemError} E_NOT_FOUND where the folder has neither file */
export function readProfileMeta(dir: string): FoundProfileMeta {
  const own = join(dir, "profile.json");
  if (existsSync(own)) return { layout: "tandem", meta: parseWith(CompactProfileMeta, readJson(own), own) };
  const raw = join(dir, "meta.yaml");
  if (existsSync(raw)) {
    let data: unknown;
    try {
      data = parseYaml(readText(raw));
    } catch (error) {
      throw new TandemError("E_PARSE", `not valid YAML: ${(error as Error).message.split("\n")[0]}`, { where: raw });
    }
    return { layout: "bundle", meta: parseWith(RawProfileMeta, data, raw) };
  }
  throw new TandemError("E_NOT_FOUND", "neither profile.json nor meta.yaml (raw LLMServingSim bundle) in this folder", {
    where: dir,
    hint: "expected <hardware>/<model>/<variant>",
  });
}

/**
 * Reads one tp's tables of a profile folder.
 *
 * @throws {TandemError} E_UNSUPPORTED for a mixture-of-experts bundle
 */
export function readGpuProfile(dir: string, tp: number): GpuProfile {
  const found = readProfileMeta(dir);
  const folder = tpFolder(dir, tp);
  if (existsSync(join(folder, "moe.csv"))) {
    throw new TandemError("E_UNSUPPORTED", "this is a mixture-of-experts profile; MoE models are not simulated yet", {
      where: join(folder, "moe.csv"),
    });
  }
  const attention: AttentionSamples = { prefillChunk: [], kvPrefill: [], nDecode: [], kvDecode: [], timeUs: [] };
  readAttention(join(folder, "attention.csv"), attention);
  const mixed = join(folder, "attention_mixed.csv");
  if (found.layout === "tandem" && found.meta.form === "compact" && existsSync(mixed)) readAttention(mixed, attention);
  const common = {
    hardware: found.meta.hardware,
    model: found.meta.model,
    variant: found.meta.variant,
    tp,
    dense: readLayerSamples(join(folder, "dense.csv"), "tokens"),
    perSequence: readLayerSamples(join(folder, "per_sequence.csv"), "sequences"),
    attention,
  };
  if (found.layout === "bundle") {
    const { gpu, hardware, vllm_version } = found.meta;
    return {
      ...common,
      form: "raw",
      heldChunks: [],
      skew: rawSkew(dir, found.meta, tp),
      source: `raw LLMServingSim bundle: ${gpu ?? hardware}${vllm_version ? `, vLLM ${vllm_version}` : ""}`,
    };
  }
  const { form, skew, source } = found.meta;
  return {
    ...common,
    form,
    heldChunks: readHeldChunks(join(folder, "attention_held.csv")),
    skew: {
      alphaDefault: skew.alpha_default[String(tp)] ?? 0,
      axes: { n: skew.axes.n, skewRate: skew.axes.skew_rate, kvBig: skew.axes.kv_big, kp: skew.axes.kp },
      alpha: readSkewBuckets(join(folder, "skew.csv")),
    },
    source,
  };
}
