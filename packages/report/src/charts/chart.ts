/**
 * @module
 * A chart: what is drawn, and the numbers that it shows.
 */

export interface Chart {
  /** Unique in its page. */
  title: string;
  svg: string;
  /** The data as CSV with a head. */
  csv: string;
}

const field = (value: string | number): string =>
  /[",\n]/.test(`${value}`) ? `"${`${value}`.replaceAll('"', '""')}"` : `${value}`;

/** Rows as CSV, the head first. */
export const csvText = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map(field).join(",")}\n`).join("");

/** Reads as a word in ids and names of files: what is left of a title. */
export const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "") || "chart";
