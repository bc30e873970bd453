/**
 * @module
 * What stands around the data of every chart: title, legend, axes. Fonts are the reader's, so widths of texts are taken to
 * be those of a wide one.
 */
import { ink, palette, rule, soft } from "./colors.js";
import type { ChartSize } from "./svg.js";

/** One of several side by side: not wider than a phone by much, so that its texts stay readable there. */
export const besideOthers: ChartSize = { width: 400, height: 300 };

const TITLE_HEIGHT = 20;
const LEGEND_HEIGHT = 22;

/** Of a legend's item: its symbol, and that with the gaps around it. */
const SYMBOL = 24;
const SYMBOL_AND_GAPS = SYMBOL + 18;

/** Widths of a character in a wide font, at 15 and at 13 pixels. */
const TITLE_CHAR = 9.2;
const LEGEND_CHAR = 8;

/** Packs items into lines of limited width, in order. */
function packed<T>(items: readonly T[], width: (item: T) => number, most: number): T[][] {
  const lines: T[][] = [];
  let left = 0;
  for (const item of items) {
    const line = lines.at(-1);
    left -= width(item);
    if (line && left >= 0) line.push(item);
    else {
      lines.push([item]);
      left = most - width(item);
    }
  }
  return lines;
}

/** Room for the names on an axis, which are as small as ticks. */
export const nameRoom = (names: readonly string[]): number => 16 + 7.4 * Math.max(0, ...names.map((n) => n.length));

const itemWidth = (name: string): number => SYMBOL_AND_GAPS + name.length * LEGEND_CHAR;

/** A legend for each name, since the library would place them by the widths of its own font. */
const legendLine = (names: readonly string[], top: number) =>
  names.map((name, i) => ({
    data: [name],
    left: names.slice(0, i).reduce((left, before) => left + itemWidth(before), 0),
    top,
    itemHeight: 10,
    itemWidth: SYMBOL,
    selectedMode: false,
    textStyle: { color: ink, fontSize: 13 },
  }));

/** Room for axes and their names, pixels. */
export interface Margins {
  left: number;
  right: number;
  bottom: number;
}

/**
 * The frame as chart options, and the size with room for it: each line of title or legend beyond the first makes the chart
 * higher.
 *
 * @param legend names of what is drawn, in order
 */
export function frame(title: string, legend: readonly string[], { width, height }: ChartSize, margins: Margins) {
  const titleLines = packed(title.split(" "), (word) => (word.length + 1) * TITLE_CHAR, width);
  const legendLines = packed(legend, itemWidth, width);
  const legendTop = 8 + titleLines.length * TITLE_HEIGHT;
  const top = legendTop + legendLines.length * LEGEND_HEIGHT + 14;
  return {
    size: { width, height: height + top - (8 + TITLE_HEIGHT + LEGEND_HEIGHT + 14) },
    option: {
      color: palette,
      textStyle: { fontFamily: "inherit" },
      title: {
        text: titleLines.map((line) => line.join(" ")).join("\n"),
        left: 4,
        top: 4,
        textStyle: { color: ink, fontSize: 15, fontWeight: 600, lineHeight: TITLE_HEIGHT },
      },
      legend: legendLines.flatMap((line, i) => legendLine(line, legendTop + i * LEGEND_HEIGHT)),
      grid: { ...margins, top },
    },
  };
}

/** 12000 -> "12k": ticks of axes, which stand close together. */
function tickText(value: number): string {
  if (Math.abs(value) >= 1e6) return `${value / 1e6}M`;
  return Math.abs(value) >= 1e4 ? `${value / 1e3}k` : `${value}`;
}

const axis = (name: string, gap: number) => ({
  name,
  nameLocation: "middle",
  nameGap: gap,
  nameTextStyle: { color: soft, fontSize: 13 },
  axisLabel: { color: soft, fontSize: 12, hideOverlap: true },
  axisLine: { show: true, lineStyle: { color: soft } },
  axisTick: { show: true, lineStyle: { color: soft } },
  splitLine: { show: false, lineStyle: { color: rule } },
});

/** An axis of numbers from 0, or of their logarithms. */
export const valueAxis = (name: string, gap: number, scale: "linear" | "log" = "linear") => {
  const plain = axis(name, gap);
  return {
    ...plain,
    ...(scale === "log" ? { type: "log", logBase: 10 } : { type: "value", min: 0 }),
    axisLabel: { ...plain.axisLabel, formatter: tickText },
  };
};

/** An axis of names, each of which is shown. */
export const nameAxis = (name: string, gap: number, names: readonly string[]) => {
  const plain = axis(name, gap);
  return {
    ...plain,
    type: "category",
    data: names,
    axisLabel: { ...plain.axisLabel, hideOverlap: false, interval: 0 },
    axisTick: { show: false },
  };
};
