/**
 * @module
 * Iteration maps as charts: who wins and by how much, and what interleaving makes of offload, with the line on which
 * attention is as long as the dense layers.
 */
import {
  type Chart,
  crossing,
  diverging,
  type HeatClass,
  type HeatMap,
  heatMap,
  ratioClasses,
  third,
} from "@tandem-sim/report/pages";
import { type IterationMap, type MapMode, type MapPoint, offloadedRatio, winner } from "./iteration-map.js";

/** Ratios within 2% of 1 count as even. */
const EVEN = 0.02;
const MUCH = 0.1;

/** What a cell shows, and has as data. */
type Cell = Record<string, string | number>;

const names: Record<MapMode, string> = { "gpu-only": "GPU-only", offload: "offload", interleave: "interleave" };

/** Who wins a cell: nobody where the better offloaded mode is as long as GPU-only. */
const winnerName = (point: MapPoint): string =>
  Math.abs(offloadedRatio(point) - 1) <= EVEN ? "even" : names[winner(point)];

const cellOf = (point: MapPoint): Cell => ({
  "shortest mode": winnerName(point),
  "better offloaded mode to GPU-only": offloadedRatio(point),
  "GPU-only: ms": point.ms["gpu-only"],
  "offload: ms": point.ms.offload,
  "interleave: ms": point.ms.interleave,
  "A to D": point.attentionToDense,
});

const ratioOf = (cell: Cell): number => Number(cell["better offloaded mode to GPU-only"]);

const winnerClass = (name: string, color: string | undefined, much: boolean): HeatClass<Cell> => ({
  name: much ? `${name}, by more than 10%` : name,
  color: color ?? "",
  has: (cell) => cell["shortest mode"] === name && (name === "even" || Math.abs(ratioOf(cell) - 1) > MUCH === much),
});

const winnerClasses: readonly HeatClass<Cell>[] = [
  winnerClass("interleave", diverging[0], true),
  winnerClass("interleave", diverging[2], false),
  winnerClass("offload", third[1], true),
  winnerClass("offload", third[0], false),
  winnerClass("even", diverging[3], false),
  winnerClass("GPU-only", diverging[4], false),
  winnerClass("GPU-only", diverging[6], true),
];

/** Width of a map's cells together, and of a cell that has room for its text. */
const FIELD = 490;
const LEAST_CELL = 66;

const fieldOf = ({ xLabel, yLabel, rows, columns }: IterationMap) => ({
  xLabel,
  yLabel,
  rows: rows.map(String),
  columns: columns.map(String),
  cell: { width: Math.max(LEAST_CELL, FIELD / columns.length), height: 40 },
});

/** A line in fewer columns says nothing of the map. */
const LINE_COLUMNS = 3;

function equalTimes({ points }: IterationMap): HeatMap["line"] {
  const ratios = points.map((row) => row.map(({ attentionToDense }) => attentionToDense));
  const line = crossing(ratios, 1);
  return line.length >= LINE_COLUMNS ? { name: "D = A", points: line } : undefined;
}

/** Which mode is shortest; in each cell its name, and what the better offloaded mode takes of GPU-only. */
function winnerMap(map: IterationMap): Chart {
  const line = equalTimes(map);
  return heatMap<Cell>({
    ...fieldOf(map),
    title: `${map.title}. Who wins, and what the better offloaded mode takes of GPU-only`,
    valueLabel: "",
    values: map.points.map((row) => row.map(cellOf)),
    classes: winnerClasses,
    text: (cell) => `${cell["shortest mode"]}\n${ratioOf(cell).toFixed(2)}x`,
    ...(line && { line }),
  });
}

/** What interleaving takes of what offload alone takes. */
function interleavingMap(map: IterationMap): Chart {
  const line = equalTimes(map);
  return heatMap({
    ...fieldOf(map),
    title: `${map.title}. Interleaved, ratio to offload alone`,
    valueLabel: "iteration time, ratio to offload",
    values: map.points.map((row) => row.map(({ ms }) => ms.interleave / ms.offload)),
    classes: ratioClasses,
    text: (ratio) => `${ratio < 1 - EVEN ? "interleave" : ratio > 1 + EVEN ? "offload" : "even"}\n${ratio.toFixed(2)}x`,
    ...(line && { line }),
  });
}

/** What the charts of a map show, in order. */
export const mapKinds = ["winner", "interleaving"] as const;

export const mapCharts = (map: IterationMap): Chart[] => [winnerMap(map), interleavingMap(map)];
