/**
 * @module
 * Latency over context as an SVG that stands alone, with its parts.
 */
import { colorStyle } from "../charts/colors.js";
import { lineChart } from "../charts/line-chart.js";
import type { PimFacts } from "../pim/pim-facts.js";

const style = `${colorStyle} svg { background: var(--back); font-family: system-ui, sans-serif; }`;

/** All heads of one layer on one channel: the whole and its three largest parts. */
export function pimPlot(name: string, { latency }: PimFacts): string {
  const us = (pick: (point: PimFacts["latency"][number]) => number): [number, number][] =>
    latency.map((point) => [point.context, pick(point) / 1000]);
  const svg = lineChart({
    title: `${name}: attention of one layer on one channel`,
    xLabel: "context, tokens",
    yLabel: "us",
    size: { width: 720, height: 420 },
    lines: [
      { name: "total", points: us((point) => point.totalNs) },
      { name: "activation", points: us((point) => point.activationNs) },
      { name: "compute", points: us((point) => point.computeNs) },
      { name: "read-out", points: us((point) => point.readOutNs) },
    ],
  });
  return `${svg.replace(">", `><style>${style}</style>`)}\n`;
}
