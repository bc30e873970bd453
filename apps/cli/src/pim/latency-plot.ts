/**
 * @module
 * Latency over context as an SVG that stands alone, with its parts.
 */
import { lineChart } from "../report/line-chart.js";
import type { PimFacts } from "./pim-facts.js";

const style =
  "svg{background:#fff;font-family:system-ui,sans-serif}text{fill:#5c6675;font-size:12px}.title{fill:#1c2330;font-size:15px;font-weight:600}" +
  ".middle{text-anchor:middle}.end{text-anchor:end}.grid{stroke:#d9dee6}.axis{stroke:#5c6675}.line{fill:none;stroke-width:1.8}" +
  ".line-1{stroke:#d9730d;stroke-width:3}.line-2{stroke:#2563eb}.line-3{stroke:#0f8a5f}.line-4{stroke:#9333ea}";

/** All heads of one layer on one channel: the whole and its three largest parts. */
export function latencyPlot(name: string, { latency }: PimFacts): string {
  const us = (pick: (point: PimFacts["latency"][number]) => number): [number, number][] =>
    latency.map((point) => [point.context, pick(point) / 1000]);
  const svg = lineChart({
    title: `${name}: attention of one layer on one channel`,
    xLabel: "context, tokens",
    yLabel: "us",
    lines: [
      { name: "total", points: us((point) => point.totalNs) },
      { name: "activation", points: us((point) => point.activationNs) },
      { name: "compute", points: us((point) => point.computeNs) },
      { name: "read-out", points: us((point) => point.readOutNs) },
    ],
  });
  return `${svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" width="920" ').replace(">", `><style>${style}</style>`)}\n`;
}
