/**
 * @module
 * The result of metering a node, and the sum over nodes.
 */
import { type ByComponent, mapComponents, totalOf } from "./components.js";

/** Average power in [startNs, endNs), W. */
export interface PowerRow {
  startNs: number;
  endNs: number;
  components: ByComponent;
  total: number;
}

/** Energy from the metering's start to its end, J, and the power that it is the integral of. */
export interface NodeEnergy {
  components: ByComponent;
  total: number;
  /** Without gaps, in time order. Rows of equal power are joined, so they differ in length. */
  series: PowerRow[];
}

/**
 * Sum over nodes. Its series has a border wherever a node's has one.
 *
 * @example
 * totalEnergy([front.finish(endNs), back.finish(endNs)]).total; // J
 */
export function totalEnergy(nodes: readonly NodeEnergy[]): NodeEnergy {
  const parts = mapComponents((component) => nodes.reduce((sum, node) => sum + node.components[component], 0));
  return { components: parts, total: totalOf(parts), series: addSeries(nodes.map((node) => node.series)) };
}

function addSeries(all: readonly (readonly PowerRow[])[]): PowerRow[] {
  const borders = [...new Set(all.flatMap((series) => series.flatMap((row) => [row.startNs, row.endNs])))];
  borders.sort((a, b) => a - b);
  const at = all.map(() => 0);
  return borders.slice(1).map((endNs, i) => {
    const startNs = borders[i];
    const rows: PowerRow[] = [];
    all.forEach((series, s) => {
      while (at[s] < series.length && series[at[s]].endNs <= startNs) at[s]++;
      // A node whose time ended before the others' draws nothing more.
      if (at[s] < series.length) rows.push(series[at[s]]);
    });
    const watts = mapComponents((component) => rows.reduce((sum, row) => sum + row.components[component], 0));
    return { startNs, endNs, components: watts, total: totalOf(watts) };
  });
}
