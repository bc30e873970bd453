/**
 * @module
 * An iteration map as a table for a terminal: all modes in each cell.
 */
import { type Table, titledTable } from "@tandem-sim/report";
import { type IterationMap, type MapPoint, mapModes } from "./iteration-map.js";

const cell = ({ ms }: MapPoint): string => mapModes.map((mode) => ms[mode].toFixed(1)).join(" / ");

/** Latencies in ms, GPU-only / offload / interleaved. */
export const mapTable = ({ yLabel, xLabel, columns, rows, points }: IterationMap): Table =>
  titledTable(
    [yLabel, ...columns.map((column) => `${xLabel.split(",")[0]} ${column}`)],
    rows.map((row, r) => [String(row), ...(points[r] ?? []).map(cell)]),
  );
