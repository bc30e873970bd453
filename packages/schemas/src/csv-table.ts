/**
 * @module
 * Tables of figures as CSV files: rows by the columns that the first line names, and what is wrong by its line.
 */
import { csvParseRows } from "d3-dsv";
import { TandemError } from "./errors.js";

/** Text of a table and the file that it is from, for errors. */
export interface TableText {
  text: string;
  source: string;
}

/** A row's cells by column, and where it stands. */
export interface TableRow {
  cells: Readonly<Record<string, string>>;
  source: string;
  /** In the file, from 1. No cell has a line break. */
  line: number;
}

export interface CsvTable {
  header: readonly string[];
  /** Blank lines are none. */
  rows: TableRow[];
}

const columnsIn = ({ text, source }: TableText, cells: readonly string[] | undefined): readonly string[] => {
  if (cells && text.trim() !== "") return cells;
  throw new TandemError("E_PARSE", "is empty", { where: source });
};

/**
 * Parses a table.
 *
 * @param required the columns that there have to be, in a table with these
 * @throws {TandemError} E_PARSE for an empty file or a row of more or fewer cells than columns, E_SCHEMA for a missing column
 * @example
 * parseTable({ text: "layer,time_us\no_proj,8\n", source: "dense.csv" }, () => ["layer"]).rows[0].cells.time_us; // "8"
 */
export function parseTable(table: TableText, required: (header: readonly string[]) => readonly string[]): CsvTable {
  const { text, source } = table;
  const [first, ...lines] = csvParseRows(text.replace(/^\uFEFF/, ""), (cells) => cells.map((cell) => cell.trim()));
  const header = columnsIn(table, first);
  const columns = required(header);
  const missing = columns.find((column) => !header.includes(column));
  if (missing !== undefined) {
    throw new TandemError("E_SCHEMA", `column "${missing}" is missing`, {
      where: `${source}:1`,
      hint: `columns: ${columns.join(", ")}`,
    });
  }
  const rows = lines.flatMap((cells, i): TableRow[] => {
    if (cells.length === 1 && cells[0] === "") return [];
    if (cells.length !== header.length) {
      throw new TandemError("E_PARSE", `expected ${header.length} cells, found ${cells.length}`, {
        where: `${source}:${i + 2}`,
      });
    }
    const named = Object.fromEntries(header.map((column, k) => [column, cells[k] ?? ""]));
    return [{ cells: named, source, line: i + 2 }];
  });
  return { header, rows };
}

/** The number in a cell, which may not be below `least`. @throws {TandemError} E_SCHEMA */
export function numberIn({ cells, source, line }: TableRow, column: string, least = Number.NEGATIVE_INFINITY): number {
  const text = cells[column] ?? "";
  const value = Number(text);
  if (text !== "" && Number.isFinite(value) && value >= least) return value;
  const wanted = Number.isFinite(least) ? `a number >= ${least}` : "a number";
  throw new TandemError("E_SCHEMA", `expected ${wanted}, found "${text}"`, { where: `${source}:${line}: ${column}` });
}
