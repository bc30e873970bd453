/**
 * @module
 * A schedule: what each resource does when, sub-batches by colour.
 */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts/types/dist/echarts";
import { type Chart, csvText } from "./chart.js";
import { back, onColor } from "./colors.js";
import { frame, nameAxis, nameRoom, valueAxis } from "./frame.js";
import { type ChartSize, renderSvg } from "./svg.js";

/** One stage on one resource. */
export interface GanttBar {
  resource: string;
  /** Name of what it belongs to, which gives it its colour. */
  part: string;
  /** Shown where it has room. */
  label: string;
  start: number;
  end: number;
}

export interface GanttChart {
  title: string;
  /** With the unit of start and end. */
  timeLabel: string;
  /** From top to bottom. */
  resources: readonly string[];
  /** In order of their colours. */
  parts: readonly string[];
  bars: readonly GanttBar[];
  /** Where the time axis ends; bars are cut there. */
  until: number;
  size?: ChartSize;
}

/** Wide: a schedule has a page's width to itself. */
const usual: ChartSize = { width: 1000, height: 250 };

const LABEL_CHAR = 7;

const renderBar =
  (bars: readonly GanttBar[]) =>
  ({ dataIndex }: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
    const [from = 0, y = 0] = api.coord([Number(api.value(0)), Number(api.value(2))]);
    const [to = 0] = api.coord([Number(api.value(1)), Number(api.value(2))]);
    const [, row = 0] = [api.size?.([0, 1])].flat() as number[];
    const height = 0.8 * row;
    const width = Math.max(0.6, to - from);
    const label = bars[dataIndex]?.label ?? "";
    return {
      type: "group" as const,
      children: [
        {
          type: "rect" as const,
          shape: { x: from, y: y - height / 2, width, height },
          style: { fill: api.visual("color"), stroke: back, lineWidth: width > 3 ? 0.7 : 0 },
        },
        {
          type: "text" as const,
          style: {
            x: from + width / 2,
            y,
            text: width > label.length * LABEL_CHAR ? label : "",
            fill: onColor,
            align: "center",
            verticalAlign: "middle",
            fontSize: 11,
          },
        },
      ],
    };
  };

/** Draws the schedule. */
export function ganttChart({ title, timeLabel, resources, parts, bars, until, size }: GanttChart): Chart {
  const shown = bars.filter(({ start }) => start < until);
  const around = frame(title, parts, size ?? usual, { left: nameRoom(resources), right: 24, bottom: 46 });
  const option = {
    ...around.option,
    xAxis: { ...valueAxis(timeLabel, 28), max: until },
    yAxis: { ...nameAxis("", 0, resources), inverse: true },
    series: parts.map((part) => {
      const own = shown.filter((bar) => bar.part === part);
      return {
        type: "custom",
        name: part,
        data: own.map(({ start, end, resource }) => [start, Math.min(end, until), resources.indexOf(resource)]),
        encode: { x: [0, 1], y: 2 },
        renderItem: renderBar(own),
        silent: true,
      };
    }),
  };
  return {
    title,
    svg: renderSvg(option, around.size, title),
    csv: csvText([
      ["resource", "part", "stage", `start: ${timeLabel}`, `end: ${timeLabel}`],
      ...shown.map(({ resource, part, label, start, end }) => [resource, part, label, start, end]),
    ]),
  };
}
