/**
 * @module
 * Horizontal bars by name: beside each other, or stacked where they are parts of a whole.
 */
import { type Chart, csvText } from "./chart.js";
import { rule, soft } from "./colors.js";
import { besideOthers, frame, nameAxis, nameRoom, valueAxis } from "./frame.js";
import { renderSvg } from "./svg.js";

export interface BarChart {
  title: string;
  /** What the bars measure, with its unit. */
  valueLabel: string;
  /** Of the groups, or of the stacks, from top to bottom. */
  names: readonly string[];
  /** A bar, or a part, in each of them; null where there is none. */
  series: readonly { name: string; values: readonly (number | null)[] }[];
  stacked?: true;
  /** Upper end of the axis where the data does not decide it. */
  max?: number;
  /** Written at the end of each bar. */
  text?: (value: number) => string;
}

const ROW = 22;

/** Draws the chart. */
export function barChart({ title, valueLabel, names, series, stacked, max, text }: BarChart): Chart {
  const rows = names.length * (stacked ? 1.4 : series.length + 0.6);
  const size = { ...besideOthers, height: Math.max(170, 130 + rows * ROW) };
  const parts = series.map(({ name }) => name);
  const around = frame(title, parts, size, { left: nameRoom(names), right: text ? 44 : 24, bottom: 46 });
  const valuesOnly = { ...valueAxis(valueLabel, 28), splitLine: { show: true, lineStyle: { color: rule } } };
  const option = {
    ...around.option,
    xAxis: max === undefined ? valuesOnly : { ...valuesOnly, max },
    yAxis: { ...nameAxis("", 0, names), inverse: true },
    series: series.map(({ name, values }) => ({
      type: "bar",
      name,
      data: values.map((value) => value ?? "-"),
      ...(stacked && { stack: "whole" }),
      barCategoryGap: "30%",
      barGap: "12%",
      silent: true,
      label: {
        show: text !== undefined,
        position: "right",
        color: soft,
        fontSize: 12,
        formatter: ({ value }: { value: unknown }) => (typeof value === "number" ? (text?.(value) ?? "") : ""),
      },
    })),
  };
  return {
    title,
    svg: renderSvg(option, around.size, title),
    csv: csvText([
      ["", ...parts.map((part) => `${part}: ${valueLabel}`)],
      ...names.map((name, i) => [name, ...series.map(({ values }) => values[i] ?? "")]),
    ]),
  };
}
