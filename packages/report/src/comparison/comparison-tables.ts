/**
 * @module
 * The tables of a comparison, as terminal and page show them.
 */
import type { ModeOutcome } from "@tandem-sim/comparison";
import type { Verdict } from "@tandem-sim/schemas";
import { type Table, titledTable } from "../part.js";
import { comparisonRows, deviceRows } from "./comparison-table.js";
import { compositionTable } from "./composition-table.js";

const titled = ([head = [], ...rows]: string[][]): Table => titledTable(head, rows);

/** How fast each mode was, what the devices did, and what the difference consists of where that was run. */
export function comparisonTables(
  outcomes: ReadonlyMap<string, ModeOutcome>,
  verdict: Verdict | null,
): (readonly [heading: string, table: Table])[] {
  const composition = verdict?.what_if?.composition;
  return [
    ["How fast each mode is", titled(comparisonRows(outcomes))],
    ["What devices and requests do", titled(deviceRows(outcomes))],
    ...(composition ? [["What the difference consists of", compositionTable(composition)] as const] : []),
  ];
}
