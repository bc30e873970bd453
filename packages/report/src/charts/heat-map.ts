/**
 * @module
 * A heat map: a field of cells in classes of colour, with a line across it.
 */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts/types/dist/echarts";
import { type Chart, csvText } from "./chart.js";
import { back, diverging, ink } from "./colors.js";
import { besideOthers, frame, nameAxis } from "./frame.js";
import { renderSvg } from "./svg.js";

/** Cells of one colour. */
export interface HeatClass<T = number> {
  name: string;
  color: string;
  /** Whether a value belongs to it, unless it belongs to one before. */
  has: (value: T) => boolean;
}

/** `T` is what a cell shows: a number, or several under their names. */
export interface HeatMap<T extends number | Record<string, string | number> = number> {
  title: string;
  xLabel: string;
  yLabel: string;
  columns: readonly string[];
  /** From bottom to top. */
  rows: readonly string[];
  /** What the values are, with their unit. */
  valueLabel: string;
  /** By row, then by column. */
  values: readonly (readonly T[])[];
  classes: readonly HeatClass<T>[];
  /** What stands in a cell; may have lines. */
  text: (value: T) => string;
  /** Size of a cell, pixels; for a short number if not given. */
  cell?: { width: number; height: number };
  /** In columns and rows, which may be fractions: 0.5 is between the first two. */
  line?: { name: string; points: readonly (readonly [column: number, row: number])[] };
}

const below = (most: number) => (value: number) => value <= most;

/** Classes of a ratio around 1: even within 2%. */
export const ratioClasses: readonly HeatClass[] = [
  ["to 0.80x", below(0.8)],
  ["to 0.90x", below(0.9)],
  ["to 0.98x", below(0.98)],
  ["even", below(1.02)],
  ["to 1.10x", below(1.1)],
  ["to 1.25x", below(1.25)],
  ["above", () => true],
].map(([name, has], i) => ({ name, has, color: diverging[i] }) as HeatClass);

/**
 * Where a value crosses a level, column by column, the first time from below: points for {@link HeatMap.line}.
 *
 * @param values by row, then by column; null where there is none
 */
export function crossing(values: readonly (readonly number[])[], level: number): [column: number, row: number][] {
  const columns = values[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) => column).flatMap((column): [number, number][] => {
    const at = (row: number): number => (values[row]?.[column] ?? Number.NaN) - level;
    const above = values.findIndex((_, row) => at(row) >= 0);
    if (above < 1) return [];
    return [[column, above - at(above) / (at(above) - at(above - 1))]];
  });
}

/** Room for the names of rows and the edges. */
const MARGINS = { left: 62, right: 12, bottom: 46 } as const;

/** Wide enough for its cells, or as charts beside each other are. */
const sizeOf = (columns: number, rows: number, cell: HeatMap["cell"]) => ({
  width: cell ? columns * cell.width + MARGINS.left + MARGINS.right : besideOthers.width,
  height: 120 + rows * (cell?.height ?? 30),
});

/** The data of a cell, and what its columns are called. */
const fieldsOf = (value: number | Record<string, string | number>): (string | number)[] =>
  typeof value === "number" ? [value] : Object.values(value);
const namesOf = (value: number | Record<string, string | number> | undefined, label: string): string[] =>
  typeof value === "object" ? Object.keys(value) : [label];

/** Where a cell is, and how large. */
function place(api: CustomSeriesRenderItemAPI) {
  const [column, row] = [Number(api.value(0)), Number(api.value(1))];
  const [x = 0, y = 0] = api.coord([column, row]);
  const [width = 0, height = 0] = [api.size?.([1, 1])].flat() as number[];
  return { column, row, x, y, width, height };
}

/** The colour of a cell, a gap around it. */
function renderCell(_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) {
  const { x, y, width, height } = place(api);
  return {
    type: "rect" as const,
    shape: { x: x - width / 2, y: y - height / 2, width, height },
    style: { fill: api.visual("color"), stroke: back, lineWidth: 1 },
  };
}

/** The text of a cell, a gap in its colour around it: the line may cross there. */
const renderText =
  (textAt: (column: number, row: number) => { text: string; color: string }) =>
  (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
    const { column, row, x, y } = place(api);
    const { text, color } = textAt(column, row);
    return {
      type: "text" as const,
      style: {
        x,
        y,
        text,
        fill: ink,
        stroke: color,
        lineWidth: 4,
        align: "center" as const,
        verticalAlign: "middle" as const,
        fontSize: 12,
      },
    };
  };

/** From bottom to top: the cells, the line across them, the texts. */
const layers = { cells: 2, line: 3, texts: 4 } as const;

/** Draws the map. */
export function heatMap<T extends number | Record<string, string | number>>(map: HeatMap<T>): Chart {
  const { title, xLabel, yLabel, columns, rows, values, classes, text, line } = map;
  const cells = values.flatMap((row, r) => row.map((value, c) => ({ at: [c, r] as const, value })));
  const classOf = (value: T): HeatClass<T> | undefined => classes.find(({ has }) => has(value));
  const used = classes.filter((one) => cells.some(({ value }) => classOf(value) === one));
  const legend = [...used.map(({ name }) => name), ...(line ? [line.name] : [])];
  const around = frame(title, legend, sizeOf(columns.length, rows.length, map.cell), MARGINS);
  const fraction = (count: number) => ({ type: "value", show: false, min: -0.5, max: count - 0.5 });
  const textAt = (column: number, row: number) => {
    const value = values[row]?.[column];
    return value === undefined ? { text: "", color: "" } : { text: text(value), color: classOf(value)?.color ?? "" };
  };
  const option = {
    ...around.option,
    // The second pair measures the same field in fractions of cells, which an axis of names cannot.
    xAxis: [nameAxis(xLabel, 28, columns), { ...fraction(columns.length), gridIndex: 0 }],
    yAxis: [nameAxis(yLabel, 44, rows), { ...fraction(rows.length), gridIndex: 0 }],
    series: [
      ...used.map((one) => ({
        type: "custom",
        name: one.name,
        itemStyle: { color: one.color },
        data: cells.filter(({ value }) => classOf(value) === one).map(({ at }) => at),
        renderItem: renderCell,
        z: layers.cells,
        silent: true,
      })),
      {
        type: "custom",
        data: cells.map(({ at }) => at),
        renderItem: renderText(textAt),
        z: layers.texts,
        silent: true,
      },
      ...(line
        ? [
            {
              type: "line",
              name: line.name,
              data: line.points,
              xAxisIndex: 1,
              yAxisIndex: 1,
              symbol: "none",
              z: layers.line,
              silent: true,
              itemStyle: { opacity: 0 },
              lineStyle: { color: ink, width: 2.5, type: [6, 4] },
            },
          ]
        : []),
    ],
  };
  return {
    title,
    svg: renderSvg(option, around.size, title),
    csv: csvText([
      [yLabel, xLabel, ...namesOf(values[0]?.[0], map.valueLabel)],
      ...cells.map(({ at: [c, r], value }) => [rows[r] ?? "", columns[c] ?? "", ...fieldsOf(value)]),
    ]),
  };
}
