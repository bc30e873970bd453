/**
 * @module
 * A line chart as one SVG. Axes start at 0.
 */
import { ink, palette, rule, soft } from "./colors.js";
import { type ChartSize, renderSvg } from "./svg.js";

/** One line. Points are in order of x. */
export interface ChartLine {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  /** `after`: each value holds until the next point. */
  step?: "after";
}

export interface LineChart {
  title: string;
  xLabel: string;
  yLabel: string;
  lines: readonly ChartLine[];
  /** Upper end of the y axis where the data does not decide it. */
  yMax?: number;
  /** Where the drawing stands alone; else it is one of several side by side. */
  size?: ChartSize;
}

const besideOthers: ChartSize = { width: 460, height: 310 };

/** More points than this cannot be told apart at the chart's width. */
const MOST_POINTS = 1500;

function thinned<T>(points: readonly T[]): readonly T[] {
  if (points.length <= MOST_POINTS) return points;
  const every = (points.length - 1) / (MOST_POINTS - 1);
  const kept = new Set(Array.from({ length: MOST_POINTS }, (_, i) => Math.round(i * every)));
  return points.filter((_, i) => kept.has(i));
}

const axis = (name: string, gap: number) => ({
  type: "value",
  min: 0,
  name,
  nameLocation: "middle",
  nameGap: gap,
  nameTextStyle: { color: soft, fontSize: 13 },
  axisLabel: { color: soft, fontSize: 12, hideOverlap: true },
  axisLine: { lineStyle: { color: soft } },
  axisTick: { lineStyle: { color: soft } },
  splitLine: { lineStyle: { color: rule } },
});

/** Reads as a word in ids: what is left of a title. */
const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "") || "chart";

/**
 * Draws the chart. Its title is unique in its page.
 *
 * @example
 * lineChart({ title: "TTFT", xLabel: "ms", yLabel: "share", lines: [{ name: "simulated", points: [[0, 0], [5, 1]] }] });
 */
export function lineChart(chart: LineChart): string {
  const xAxis = axis(chart.xLabel, 28);
  const yAxis = axis(chart.yLabel, 40);
  const option = {
    color: palette,
    textStyle: { fontFamily: "inherit" },
    title: { text: chart.title, left: 8, top: 4, textStyle: { color: ink, fontSize: 15, fontWeight: 600 } },
    legend: {
      left: 4,
      top: 30,
      icon: "rect",
      itemHeight: 3,
      itemWidth: 22,
      itemGap: 24,
      textStyle: { color: ink, fontSize: 13 },
    },
    grid: { left: 60, right: 28, top: 64, bottom: 46 },
    xAxis: { ...xAxis, splitLine: { show: false } },
    yAxis: chart.yMax === undefined ? yAxis : { ...yAxis, max: chart.yMax },
    series: chart.lines.map(({ name, points, step }, i) => ({
      type: "line",
      name,
      data: thinned(points),
      ...(step === "after" && { step: "end" }),
      showSymbol: false,
      silent: true,
      // Wide below narrow, so that lines that coincide stay visible.
      lineStyle: { width: i === 0 ? 3 : 1.8 },
    })),
  };
  return renderSvg(option, chart.size ?? besideOthers, slug(chart.title));
}
