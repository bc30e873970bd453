/**
 * @module
 * The CSV tables of a GPU profile, from their text.
 */
import { LARGEST_FIGURE, numberIn, parseTable, type TableRow, type TableText } from "../csv-table.js";
import { TandemError } from "../errors.js";
import type { AttentionSamples, GpuProfile, LayerSamples } from "./profile.js";

const sizeIn = (row: TableRow, column: string): number => numberIn(row, column, 0);

/** Samples by layer, each ascending. @param sizeColumn `tokens` or `sequences` */
export function parseLayerTable(table: TableText, sizeColumn: string): Record<string, LayerSamples> {
  const layers = new Map<string, { size: number; timeUs: number }[]>();
  for (const row of parseTable(table, () => ["layer", sizeColumn, "time_us"]).rows) {
    const layer = row.cells.get("layer") ?? "";
    const samples = layers.get(layer) ?? [];
    samples.push({ size: sizeIn(row, sizeColumn), timeUs: sizeIn(row, "time_us") });
    layers.set(layer, samples);
  }
  return Object.fromEntries(
    [...layers].map(([layer, samples]) => {
      samples.sort((a, b) => a.size - b.size);
      return [layer, { sizes: samples.map((s) => s.size), timeUs: samples.map((s) => s.timeUs) }];
    }),
  );
}

const attentionKeys = ["prefill_chunk", "kv_prefill", "n_decode"] as const;
const isLong = (header: readonly string[]): boolean => header.includes("time_us");

/** Long form (a `kv_decode` and a `time_us` column) or wide form (a column per kv_decode value, empty = not measured). */
export function parseAttentionTables(tables: readonly TableText[]): AttentionSamples {
  const samples: AttentionSamples = { prefillChunk: [], kvPrefill: [], nDecode: [], kvDecode: [], timeUs: [] };
  for (const table of tables) addAttention(table, samples);
  return samples;
}

function addAttention(table: TableText, into: AttentionSamples): void {
  const { header, rows } = parseTable(table, (names) =>
    isLong(names) ? [...attentionKeys, "kv_decode", "time_us"] : attentionKeys,
  );
  const add = (row: TableRow, kvDecode: number, column: string): void => {
    into.prefillChunk.push(sizeIn(row, "prefill_chunk"));
    into.kvPrefill.push(sizeIn(row, "kv_prefill"));
    into.nDecode.push(sizeIn(row, "n_decode"));
    into.kvDecode.push(kvDecode);
    into.timeUs.push(sizeIn(row, column));
  };
  if (isLong(header)) {
    for (const row of rows) add(row, sizeIn(row, "kv_decode"), "time_us");
    return;
  }
  const contexts = contextColumns(header, table.source);
  for (const row of rows) {
    for (const column of contexts) if (row.cells.get(column) !== "") add(row, Number(column), column);
  }
}

function contextColumns(header: readonly string[], source: string): string[] {
  const contexts = header.filter((column) => !attentionKeys.some((key) => key === column));
  const odd = contexts.find((column) => !(/^\d+$/.test(column) && Number(column) <= LARGEST_FIGURE));
  if (odd === undefined) return contexts;
  throw new TandemError("E_SCHEMA", `unknown column "${odd}"`, {
    where: `${source}:1`,
    hint: `columns: ${attentionKeys.join(", ")}, then kv_decode and time_us, or one column per kv_decode value`,
  });
}

export const parseHeldChunks = (table: TableText): GpuProfile["heldChunks"] =>
  parseTable(table, () => ["prefill_chunk", "context"]).rows.map((row) => ({
    chunk: sizeIn(row, "prefill_chunk"),
    context: sizeIn(row, "context"),
  }));

const bucketColumns = ["pc", "n_label", "skew_rate_label", "kv_big_label", "kp_label"] as const;

/** alpha by bucket, as {@link SkewTable} has them. */
export const parseSkewTable = (table: TableText): Map<string, number> =>
  new Map(
    parseTable(table, () => [...bucketColumns, "alpha"]).rows.map((row) => [
      bucketColumns.map((column) => row.cells.get(column)).join("|"),
      numberIn(row, "alpha"),
    ]),
  );
