/**
 * @module
 * Power over time as CSV.
 */
import { stringify } from "csv-stringify/browser/esm/sync";
import type { PowerRow } from "./node-energy.js";

/** A node's rows under its number, or the sum's under a name of its own. */
export interface NodeSeries {
  node: number | string;
  series: readonly PowerRow[];
}

const columns: readonly (readonly [header: string, watts: (row: PowerRow) => number])[] = [
  ["npu_w", ({ components }) => components.npu_active + components.npu_standby + components.npu_idle],
  ["cpu_w", ({ components }) => components.cpu],
  ["dram_w", ({ components }) => components.dram],
  ["pim_w", ({ components }) => components.pim_compute],
  ["link_w", ({ components }) => components.link],
  ["base_w", ({ components }) => components.base],
  ["total_w", ({ total }) => total],
];

/**
 * Lines with their newlines, a header first, node after node: average W in [start_s, end_s). Watts have 12 digits.
 *
 * @example
 * [...seriesCsv([{ node: 0, series: meter.finish(endNs).series }])].join("");
 */
export function* seriesCsv(nodes: Iterable<NodeSeries>): Generator<string> {
  yield stringify([["start_s", "end_s", "node", ...columns.map(([header]) => header)]]);
  for (const { node, series } of nodes) {
    for (const row of series) {
      const watts = columns.map(([, figure]) => Number(figure(row).toPrecision(12)));
      yield stringify([[row.startNs / 1e9, row.endNs / 1e9, node, ...watts]]);
    }
  }
}
