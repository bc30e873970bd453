/**
 * @module
 * A GPU profile as the CSV files that `readGpuProfile` reads.
 */
import type { AttentionSamples, GpuProfile, LayerSamples } from "@tandem-sim/schemas";
import { stringify } from "csv-stringify/browser/esm/sync";

/** Text by file name. */
export type ProfileFiles = Record<string, string>;

type Row = (string | number)[];

const csv = (header: Row, rows: readonly Row[]): string => stringify([header, ...rows]);

const layerRows = (layers: Record<string, LayerSamples>): Row[] =>
  Object.entries(layers).flatMap(([layer, { sizes, timeUs }]) => sizes.map((size, i) => [layer, size, timeUs[i]]));

/** One row per (chunk, kv_prefill, n_decode), a column per kv_decode value; empty where there is no sample. */
function wideRows(samples: AttentionSamples, indices: readonly number[]): { header: Row; rows: Row[] } {
  const columns = [...new Set(indices.map((i) => samples.kvDecode[i]))].sort((a, b) => a - b);
  const rows = new Map<string, Row>();
  for (const i of indices) {
    const key = [samples.prefillChunk[i], samples.kvPrefill[i], samples.nDecode[i]];
    const row = rows.get(key.join()) ?? [...key, ...columns.map(() => "")];
    row[key.length + columns.indexOf(samples.kvDecode[i])] = samples.timeUs[i];
    rows.set(key.join(), row);
  }
  return { header: ["prefill_chunk", "kv_prefill", "n_decode", ...columns], rows: [...rows.values()] };
}

function longRows(samples: AttentionSamples): Row[] {
  return samples.timeUs.map((time, i) => [
    samples.prefillChunk[i],
    samples.kvPrefill[i],
    samples.nDecode[i],
    samples.kvDecode[i],
    time,
  ]);
}

function attentionFiles({ form, attention }: GpuProfile): ProfileFiles {
  if (form === "raw") {
    return {
      "attention.csv": csv(["prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time_us"], longRows(attention)),
    };
  }
  const indices = attention.timeUs.map((_, i) => i);
  const wide = (file: string, chosen: readonly number[]): ProfileFiles => {
    const { header, rows } = wideRows(attention, chosen);
    return chosen.length > 0 ? { [file]: csv(header, rows) } : {};
  };
  return {
    ...wide(
      "attention.csv",
      indices.filter((i) => attention.prefillChunk[i] === 0),
    ),
    ...wide(
      "attention_mixed.csv",
      indices.filter((i) => attention.prefillChunk[i] > 0),
    ),
  };
}

/** The CSV files of one tp's tables: attention in the wide form for a compact profile, in the long form for a raw one. */
export function profileCsv(profile: GpuProfile): ProfileFiles {
  return {
    "dense.csv": csv(["layer", "tokens", "time_us"], layerRows(profile.dense)),
    "per_sequence.csv": csv(["layer", "sequences", "time_us"], layerRows(profile.perSequence)),
    ...attentionFiles(profile),
    ...(profile.heldChunks.length > 0
      ? {
          "attention_held.csv": csv(
            ["prefill_chunk", "context"],
            profile.heldChunks.map(({ chunk, context }) => [chunk, context]),
          ),
        }
      : {}),
    "skew.csv": csv(
      ["pc", "n_label", "skew_rate_label", "kv_big_label", "kp_label", "alpha"],
      [...profile.skew.alpha].map(([bucket, alpha]) => [...bucket.split("|"), alpha]),
    ),
  };
}
