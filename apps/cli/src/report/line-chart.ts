/**
 * @module
 * A line chart as one SVG, drawn here so that a report needs no network. Colours are those of the page's CSS classes
 * `line-1`, `line-2`, ...; axes start at 0.
 */
import { ticks, tickText } from "./axis.js";
import { escapeMarkup } from "./markup.js";

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
}

const width = 460;
const height = 310;
const plot = { left: 56, right: width - 14, top: 58, bottom: height - 48 };

/** More points than this cannot be told apart at the chart's width. */
const MOST_POINTS = 1500;

function thinned<T>(points: readonly T[]): readonly T[] {
  if (points.length <= MOST_POINTS) return points;
  const every = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => points[Math.round(i * every)]!);
}

const pixel = (value: number): string => value.toFixed(1).replace(/\.0$/, "");

function path(line: ChartLine, x: (value: number) => number, y: (value: number) => number): string {
  const parts: string[] = [];
  for (const [px, py] of thinned(line.points)) {
    if (parts.length === 0) parts.push(`M${pixel(x(px))} ${pixel(y(py))}`);
    else if (line.step === "after") parts.push(`H${pixel(x(px))}V${pixel(y(py))}`);
    else parts.push(`L${pixel(x(px))} ${pixel(y(py))}`);
  }
  return parts.join("");
}

const greatest = (chart: LineChart, axis: 0 | 1): number =>
  chart.lines.reduce((most, { points }) => points.reduce((max, point) => Math.max(max, point[axis]), most), 0);

/** Approximate width of a character at the legend's size, to place one entry after another. */
const LEGEND_CHAR = 7;

function legend(lines: readonly ChartLine[]): string {
  let at = plot.left;
  return lines
    .map(({ name }, i) => {
      const entry =
        `<line class="line line-${i + 1}" x1="${at}" x2="${at + 22}" y1="40" y2="40"/>` +
        `<text class="legend" x="${at + 28}" y="44">${escapeMarkup(name)}</text>`;
      at += 28 + name.length * LEGEND_CHAR + 20;
      return entry;
    })
    .join("");
}

/**
 * Draws the chart.
 *
 * @example
 * lineChart({ title: "TTFT", xLabel: "ms", yLabel: "share", lines: [{ name: "simulated", points: [[0, 0], [5, 1]] }] });
 */
export function lineChart(chart: LineChart): string {
  const xTicks = ticks(greatest(chart, 0), 6);
  const yTicks = ticks(chart.yMax ?? greatest(chart, 1), 5);
  const x = (value: number): number => plot.left + ((plot.right - plot.left) * value) / xTicks.at(-1)!;
  const y = (value: number): number => plot.bottom - ((plot.bottom - plot.top) * value) / yTicks.at(-1)!;
  const middle = (from: number, to: number): number => (from + to) / 2;
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(`${chart.title}: ${chart.yLabel} over ${chart.xLabel}`)}">`,
    `<text class="title" x="${plot.left}" y="20">${escapeMarkup(chart.title)}</text>`,
    legend(chart.lines),
    ...yTicks.map(
      (value) =>
        `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${pixel(y(value))}" y2="${pixel(y(value))}"/>` +
        `<text class="tick end" x="${plot.left - 8}" y="${pixel(y(value) + 4)}">${tickText(value)}</text>`,
    ),
    ...xTicks.map(
      (value) =>
        `<line class="axis" x1="${pixel(x(value))}" x2="${pixel(x(value))}" y1="${plot.bottom}" y2="${plot.bottom + 5}"/>` +
        `<text class="tick middle" x="${pixel(x(value))}" y="${plot.bottom + 19}">${tickText(value)}</text>`,
    ),
    `<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>`,
    `<text class="label middle" x="${middle(plot.left, plot.right)}" y="${height - 8}">${escapeMarkup(chart.xLabel)}</text>`,
    `<text class="label middle" transform="translate(14 ${middle(plot.top, plot.bottom)}) rotate(-90)">${escapeMarkup(chart.yLabel)}</text>`,
    ...chart.lines.map((line, i) => `<path class="line line-${i + 1}" d="${path(line, x, y)}"/>`),
    "</svg>",
  ].join("\n");
}
