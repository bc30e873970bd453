/**
 * @module
 * A line chart. Linear axes start at 0.
 */
import { type Chart, csvText } from "./chart.js";
import { rule } from "./colors.js";
import { besideOthers, frame, valueAxis } from "./frame.js";
import { type ChartSize, renderSvg } from "./svg.js";

/** One line. Points are in order of x. */
export interface ChartLine {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  /** `after`: each value holds until the next point. */
  step?: "after";
  /** An area on top of the stacked ones before it, which share its x. */
  stacked?: true;
}

export interface LineChart {
  title: string;
  xLabel: string;
  yLabel: string;
  lines: readonly ChartLine[];
  /** Upper end of the y axis where the data does not decide it. */
  yMax?: number;
  /** `log` needs x above 0. */
  xScale?: "linear" | "log";
  /** Where the drawing stands alone; else it is one of several side by side. */
  size?: ChartSize;
}

/** More points than this cannot be told apart at the chart's width. */
const MOST_POINTS = 1500;

/** At most so many of the points, evenly, the first and the last among them. */
export function thinned<T>(points: readonly T[], most = MOST_POINTS): readonly T[] {
  if (points.length <= most) return points;
  const every = (points.length - 1) / (most - 1);
  const kept = new Set(Array.from({ length: most }, (_, i) => Math.round(i * every)));
  return points.filter((_, i) => kept.has(i));
}

/** Wide below narrow, and dashes over what shows between them: lines that coincide stay visible. */
const strokes = [
  { width: 5 },
  { width: 3 },
  { width: 3, type: [6, 6] },
  { width: 1.2 },
  { width: 1.6, type: [3, 5] },
] as const;

function series({ name, points, step, stacked }: ChartLine, stroke: number) {
  return {
    type: "line",
    name,
    data: thinned(points),
    ...(step === "after" && { step: "end" }),
    ...(stacked ? { stack: "whole", areaStyle: { opacity: 0.55 } } : {}),
    symbol: "none",
    // The legend would put a dot on the line.
    itemStyle: { opacity: stacked ? 1 : 0 },
    silent: true,
    lineStyle: stacked ? { width: 1 } : (strokes[stroke] ?? { width: 1 }),
  };
}

/**
 * Draws the chart.
 *
 * @example
 * lineChart({ title: "TTFT", xLabel: "ms", yLabel: "share", lines: [{ name: "simulated", points: [[0, 0], [5, 1]] }] });
 */
export function lineChart(chart: LineChart): Chart {
  const { title, xLabel, yLabel, yMax, xScale, lines } = chart;
  const names = lines.map(({ name }) => name);
  const around = frame(title, names, chart.size ?? besideOthers, { left: 62, right: 24, bottom: 46 });
  const yAxis = { ...valueAxis(yLabel, 44), splitLine: { lineStyle: { color: rule } } };
  const open = lines.filter(({ stacked }) => !stacked);
  const option = {
    ...around.option,
    xAxis: valueAxis(xLabel, 28, xScale),
    yAxis: yMax === undefined ? yAxis : { ...yAxis, max: yMax },
    series: lines.map((line) => series(line, open.indexOf(line))),
  };
  return {
    title,
    svg: renderSvg(option, around.size, title),
    csv: csvText([
      ["line", xLabel, yLabel],
      ...lines.flatMap(({ name, points }) => thinned(points).map(([x, y]) => [name, x, y])),
    ]),
  };
}
