/**
 * @module
 * A scatter chart: points of several kinds, and a line through those that nobody beats.
 */
import { type Chart, csvText } from "./chart.js";
import { ink, palette, rule } from "./colors.js";
import { besideOthers, frame, valueAxis } from "./frame.js";
import { renderSvg } from "./svg.js";

/** Points of one kind. */
export interface ScatterGroup {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface ScatterChart {
  title: string;
  xLabel: string;
  yLabel: string;
  groups: readonly ScatterGroup[];
  /** In order of x. */
  line?: ScatterGroup;
}

/** Draws the chart. Axes begin where the data does. */
export function scatterChart({ title, xLabel, yLabel, groups, line }: ScatterChart): Chart {
  const names = [...groups, ...(line ? [line] : [])].map(({ name }) => name);
  const around = frame(title, names, besideOthers, { left: 62, right: 24, bottom: 46 });
  const fitted = (name: string, gap: number) => ({ ...valueAxis(name, gap), min: undefined, scale: true });
  const option = {
    ...around.option,
    xAxis: fitted(xLabel, 28),
    yAxis: { ...fitted(yLabel, 44), splitLine: { lineStyle: { color: rule } } },
    series: [
      ...(line
        ? [
            {
              type: "line",
              name: line.name,
              data: line.points,
              symbol: "none",
              silent: true,
              itemStyle: { opacity: 0 },
              lineStyle: { color: ink, width: 1.5, type: [4, 4] },
            },
          ]
        : []),
      ...groups.map(({ name, points }, i) => ({
        type: "scatter",
        name,
        data: points,
        symbolSize: 8,
        silent: true,
        itemStyle: { color: palette[i % palette.length] },
      })),
    ],
  };
  return {
    title,
    svg: renderSvg(option, around.size, title),
    csv: csvText([
      ["kind", xLabel, yLabel],
      ...[...groups, ...(line ? [line] : [])].flatMap(({ name, points }) => points.map(([x, y]) => [name, x, y])),
    ]),
  };
}
