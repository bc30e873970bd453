/**
 * @module
 * Tables of figures as CSV files: rows by the columns that the first line names, and what is wrong by its line.
 */
import { parse } from "csv-parse/browser/esm/sync";
import { TandemError } from "./errors.js";

/** Text of a table and the file that it is from, for errors. */
export interface TableText {
  text: string;
  source: string;
}

/** A row's cells by column, and where it stands. */
export interface TableRow {
  cells: ReadonlyMap<string, string>;
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

/** Lines as cells, one blank cell for a blank line. What csv-parse would trim and name itself takes it twice the time. */
function linesIn({ text, source }: TableText): string[][] {
  try {
    const lines: string[][] = parse(text, { bom: true, relax_column_count: true });
    return lines.map((cells) => cells.map((cell) => cell.trim()));
  } catch (error) {
    throw new TandemError("E_PARSE", (error as Error).message, { where: source });
  }
}

/**
 * Parses a table.
 *
 * @param required the columns that there have to be, in a table with these
 * @throws {TandemError} E_PARSE for an empty file, a quote amiss, or a row of more or fewer cells than columns, E_SCHEMA for a missing column
 * @example
 * parseTable({ text: "layer,time_us\no_proj,8\n", source: "dense.csv" }, () => ["layer"]).rows[0].cells.get("time_us"); // "8"
 */
export function parseTable(table: TableText, required: (header: readonly string[]) => readonly string[]): CsvTable {
  const { source } = table;
  const [first, ...lines] = linesIn(table);
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
    return [{ cells: new Map(header.map((column, k) => [column, cells[k] ?? ""])), source, line: i + 2 }];
  });
  return { header, rows };
}

/** Larger is no measured time, no size and no share: sums of such would leave what a number holds. */
export const LARGEST_FIGURE = 1e12;

/** The number in a cell, which may not be below `least` nor beyond {@link LARGEST_FIGURE}. @throws {TandemError} E_SCHEMA */
export function numberIn({ cells, source, line }: TableRow, column: string, least = -LARGEST_FIGURE): number {
  const text = cells.get(column) ?? "";
  const value = Number(text);
  if (text !== "" && value >= least && value <= LARGEST_FIGURE) return value;
  const above = least > -LARGEST_FIGURE ? ` >= ${least}` : "";
  const wanted = `a number${above}${value > LARGEST_FIGURE ? ` up to ${LARGEST_FIGURE}` : ""}`;
  throw new TandemError("E_SCHEMA", `expected ${wanted}, found "${text}"`, { where: `${source}:${line}: ${column}` });
}
