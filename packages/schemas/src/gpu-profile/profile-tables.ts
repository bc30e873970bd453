/**
 * @module
 * The CSV tables of a GPU profile, from their text.
 */
import { parse as parseCsv } from "csv-parse/browser/esm/sync";
import { TandemError } from "../errors.js";
import type { AttentionSamples, GpuProfile, LayerSamples } from "./profile.js";

/** Text of a table and the file it is from, for errors. */
export interface TableText {
  text: string;
  source: string;
}

/** A row's cells by column, and where it stands. */
interface Row {
  cells: Readonly<Record<string, string>>;
  source: string;
  line: number;
}

interface Table {
  header: readonly string[];
  rows: Row[];
}

function parseTable({ text, source }: TableText, required: (header: readonly string[]) => readonly string[]): Table {
  let header: string[] = [];
  const check = (names: string[]): string[] => {
    header = names;
    const columns = required(names);
    const missing = columns.find((column) => !names.includes(column));
    if (missing === undefined) return names;
    throw new TandemError("E_SCHEMA", `column "${missing}" is missing`, {
      where: `${source}:1`,
      hint: `columns: ${columns.join(", ")}`,
    });
  };
  try {
    const rows = parseCsv<Row, Row["cells"]>(text, {
      bom: true,
      columns: check,
      skip_empty_lines: true,
      trim: true,
      on_record: (cells, { lines }) => ({ cells, source, line: lines }),
    });
    return { header, rows };
  } catch (error) {
    if (error instanceof TandemError) throw error;
    throw new TandemError("E_PARSE", (error as Error).message, { where: source });
  }
}

function numberIn({ cells, source, line }: Row, column: string, least = Number.NEGATIVE_INFINITY): number {
  const text = cells[column] ?? "";
  const value = Number(text);
  if (text !== "" && Number.isFinite(value) && value >= least) return value;
  const wanted = Number.isFinite(least) ? `a number >= ${least}` : "a number";
  throw new TandemError("E_SCHEMA", `expected ${wanted}, found "${text}"`, { where: `${source}:${line}: ${column}` });
}

const sizeIn = (row: Row, column: string): number => numberIn(row, column, 0);

/** Samples by layer, each ascending. @param sizeColumn `tokens` or `sequences` */
export function parseLayerTable(table: TableText, sizeColumn: string): Record<string, LayerSamples> {
  const layers = new Map<string, { size: number; timeUs: number }[]>();
  for (const row of parseTable(table, () => ["layer", sizeColumn, "time_us"]).rows) {
    const layer = row.cells.layer ?? "";
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
  const add = (row: Row, kvDecode: number, column: string): void => {
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
    for (const column of contexts) if (row.cells[column] !== "") add(row, Number(column), column);
  }
}

function contextColumns(header: readonly string[], source: string): string[] {
  const contexts = header.filter((column) => !attentionKeys.some((key) => key === column));
  const odd = contexts.find((column) => !/^\d+$/.test(column));
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
      bucketColumns.map((column) => row.cells[column]).join("|"),
      numberIn(row, "alpha"),
    ]),
  );
