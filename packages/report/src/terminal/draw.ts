/**
 * @module
 * Tables in columns without lines; titles in bold where the terminal has it.
 */
import Table from "cli-table3";
import pc from "picocolors";
import type { Part } from "../part.js";

const edges = ["top", "bottom"].flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`]);
const lines = [...edges, "left", "left-mid", "mid", "mid-mid", "right", "right-mid"];

const borderless = {
  chars: { ...Object.fromEntries(lines.map((place) => [place, ""])), middle: "  " },
  style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
};

/** A table without lines, the first column left, the others right. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const table = new Table({
    ...borderless,
    colAligns: Array.from({ length: columns }, (_, i) => (i === 0 ? "left" : "right")),
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

function drawPart(part: Part): string {
  if (typeof part === "string") return part;
  if ("heading" in part) return pc.bold(part.heading);
  const [[title = "", ...columns] = [], ...body] = part.rows;
  return plainTable(part.titled ? [[pc.bold(title), ...columns], ...body] : part.rows);
}

/** The parts of a result, one below the other. */
export const draw = (parts: readonly Part[]): string => parts.map(drawPart).join("\n");
