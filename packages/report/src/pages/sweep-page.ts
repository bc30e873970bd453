/**
 * @module
 * The results of a sweep as a page: the cells that nobody beats, lines along the longest axis, maps of two axes, all cells.
 */
import type { SweepRecord } from "@tandem-sim/schemas";
import { axesText, type Objective, objectivesOf, paretoFront } from "@tandem-sim/sweep";
import type { Chart } from "../charts/chart.js";
import { diverging } from "../charts/colors.js";
import { type HeatClass, heatMap } from "../charts/heat-map.js";
import { lineChart } from "../charts/line-chart.js";
import { scatterChart } from "../charts/scatter-chart.js";
import {
  axesOf,
  groupedBy,
  kindAxis,
  lineAxis,
  mapAxes,
  metricsOf,
  numberOf,
  type SweepAxis,
  valueText,
} from "../sweep/sweep-axes.js";
import { escapeMarkup } from "./markup.js";
import { charts, details, maps, page, table } from "./page.js";

/** More drawings of a kind would make the page too long to read; all cells are in its table. */
const MOST_CHARTS = 60;

/** More values on an axis cannot be told apart in a map. */
const LONGEST_SIDE = 24;

/** Ends of the classes of a map, as shares of the way from the least to the greatest value. */
const classEnds = diverging.map((_, i) => (i + 1) / diverging.length);

/** Three digits, and a prefix: 52.9G. */
function short(value: number): string {
  const thousands = Math.min(4, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3));
  const scaled = value / 1000 ** thousands;
  const text = Number.isInteger(scaled) ? String(scaled) : scaled.toPrecision(3);
  return `${text}${["", "k", "M", "G", "T"][thousands]}`;
}

const titled = (metric: string, group: string): string => (group === "" ? metric : `${metric}: ${group}`);

/** A chart for each metric and each combination of the axes that it has no room for. */
function lineCharts(records: readonly SweepRecord[], axes: readonly SweepAxis[]): Chart[] {
  const along = lineAxis(axes);
  if (!along) return [];
  const kind = kindAxis(axes.filter((axis) => axis !== along));
  const others = axes.filter((axis) => axis !== along && axis !== kind);
  return metricsOf(records).flatMap((metric) =>
    [...groupedBy(records, others)].map(([group, cells]) =>
      lineChart({
        title: titled(metric, group),
        xLabel: along.name,
        yLabel: metric,
        lines: [...groupedBy(cells, kind ? [kind] : [])].map(([name, points]) => ({
          name: kind ? name.slice(kind.name.length + 1) : metric,
          points: points
            .flatMap((cell) => {
              const y = numberOf(cell, metric);
              return y === null ? [] : [[Number(cell.axes[along.name]), y] as const];
            })
            .sort(([a], [b]) => a - b),
        })),
      }),
    ),
  );
}

/** Seven classes from the least to the greatest of these values. */
function classesOf(values: readonly number[]): HeatClass<number | string>[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const ends = least === most ? [1] : classEnds;
  const classes = ends.map((end, i): HeatClass<number | string> => {
    const limit = least + end * (most - least);
    const last = i === ends.length - 1;
    return {
      name: `to ${short(last ? most : limit)}`,
      color: diverging[i] ?? "",
      has: (value) => typeof value === "number" && (last || value <= limit),
    };
  });
  return [...classes, { name: "no figure", color: "var(--card)", has: () => true }];
}

/** A map for each metric and each combination of the other axes. */
function heatMaps(records: readonly SweepRecord[], axes: readonly SweepAxis[]): Chart[] {
  const sides = mapAxes(axes);
  if (!sides || sides.some(({ values }) => values.length > LONGEST_SIDE)) return [];
  const [column, row] = sides;
  const others = axes.filter((axis) => axis !== column && axis !== row);
  return metricsOf(records).flatMap((metric) =>
    [...groupedBy(records, others)].flatMap(([group, cells]) => {
      const numbers = cells.flatMap((cell) => numberOf(cell, metric) ?? []);
      if (numbers.length === 0) return [];
      const at = new Map(cells.map((cell) => [`${valueText(cell, row.name)}\n${valueText(cell, column.name)}`, cell]));
      const valueAt = (r: string, c: string): Record<string, number | string> => {
        const cell = at.get(`${r}\n${c}`);
        return { [metric]: (cell && numberOf(cell, metric)) ?? "" };
      };
      return [
        heatMap<Record<string, number | string>>({
          title: `map of ${titled(metric, group)}`,
          xLabel: column.name,
          yLabel: row.name,
          columns: column.values,
          rows: row.values,
          valueLabel: metric,
          values: row.values.map((r) => column.values.map((c) => valueAt(r, c))),
          classes: classesOf(numbers).map(({ has, ...one }) => ({ ...one, has: (cell) => has(cell[metric] ?? "") })),
          text: ({ [metric]: value = "" }) => (typeof value === "number" ? short(value) : value),
        }),
      ];
    }),
  );
}

/** Two objectives against each other, and the front of the two. */
function frontChart(
  records: readonly SweepRecord[],
  kind: SweepAxis | undefined,
  pair: readonly [Objective, Objective],
) {
  const [x, y] = pair;
  const pointsOf = (cells: readonly SweepRecord[]) =>
    cells.flatMap((cell): (readonly [number, number])[] => {
      const [a, b] = [numberOf(cell, x.metric), numberOf(cell, y.metric)];
      return a === null || b === null ? [] : [[a, b]];
    });
  return scatterChart({
    title: `${y.name} against ${x.name}`,
    xLabel: x.metric,
    yLabel: y.metric,
    groups: [...groupedBy(records, kind ? [kind] : [])].map(([name, cells]) => ({
      name: kind ? name.slice(kind.name.length + 1) : "cells",
      points: pointsOf(cells),
    })),
    line: { name: "front", points: pointsOf(paretoFront(records, pair)).sort(([a], [b]) => a - b) },
  });
}

/** The cells that nobody beats by all objectives, and charts of every two of them. */
function frontMarkup(records: readonly SweepRecord[], axes: readonly SweepAxis[]): string[] {
  const objectives = objectivesOf(records);
  if (objectives.length < 2) {
    return [
      "<p>No Pareto front: it takes two of latency, throughput, energy and cost among the figures that are kept.</p>",
    ];
  }
  const pairs = objectives.flatMap((x, i) => objectives.slice(i + 1).map((y) => [x, y] as const));
  const front = paretoFront(records, objectives);
  const judged = objectives.map(({ name, metric }) => `${name} (${metric})`).join(", ");
  return [
    `<p>By ${escapeMarkup(judged)}, ${front.length} of ${records.length} cells are beaten by no other.</p>`,
    charts(pairs.map((pair) => frontChart(records, kindAxis(axes), pair))),
    table([
      ["cell", { text: "axes", tone: "text" as const }, ...objectives.map(({ metric }) => metric)],
      ...front.map((record) => [
        String(record.cell),
        { text: axesText(record.axes), tone: "text" as const },
        ...objectives.map(({ metric }) => short(numberOf(record, metric) ?? Number.NaN)),
      ]),
    ]),
  ];
}

function cellTable(records: readonly SweepRecord[]): string {
  const axes = Object.keys(records[0]?.axes ?? {});
  const metrics = metricsOf(records);
  return table([
    ["cell", ...axes, ...metrics, ""],
    ...records.map((record) => [
      String(record.cell),
      ...axes.map((name) => valueText(record, name)),
      ...metrics.map((metric) => {
        const value = numberOf(record, metric);
        return value === null ? "" : short(value);
      }),
      { text: record.error ?? "", tone: "words" as const },
    ]),
  ]);
}

/** Drawings under a heading; a sentence in place of those that are too many. */
function section(heading: string, drawn: readonly Chart[], markup: (drawn: readonly Chart[]) => string): string[] {
  if (drawn.length === 0) return [];
  const left = drawn.length - MOST_CHARTS;
  return [
    `<h2>${heading}</h2>`,
    markup(drawn.slice(0, MOST_CHARTS)),
    ...(left > 0 ? [`<p>${left} more are left out: keep fewer figures, or vary less at a time.</p>`] : []),
  ];
}

/**
 * @param records in grid order
 * @param madeBy program and version
 */
export function sweepPage(records: readonly SweepRecord[], madeBy: string): string {
  const axes = axesOf(records);
  const failed = records.filter(({ error }) => error !== undefined).length;
  const over = axes.map(({ name, values }) => `${name} (${values.length})`).join(" × ");
  return page(
    "Sweep",
    [
      "<h1>Sweep</h1>",
      `<p class="lead">${records.length} cells${over === "" ? "" : escapeMarkup(`: ${over}`)}${failed > 0 ? `, ${failed} of which failed` : ""}.</p>`,
      "<h2>Nobody beats these</h2>",
      ...frontMarkup(records, axes),
      ...section("Lines", lineCharts(records, axes), charts),
      ...section("Maps", heatMaps(records, axes), maps),
      details("All cells", cellTable(records)),
    ],
    madeBy,
  );
}
