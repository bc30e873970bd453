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

/** Seven digits tell apart more than a chart shows, and keep pages small. */
function field(value: string | number): string {
  const text = `${typeof value === "number" ? Number(value.toPrecision(7)) : value}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as CSV, the head first. */
export const csvText = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map(field).join(",")}\n`).join("");

/** Reads as a word in ids and names of files: what is left of a title. */
export const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "") || "chart";
