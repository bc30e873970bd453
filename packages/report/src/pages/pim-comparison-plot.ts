/**
 * @module
 * Latency over context of several PIM devices as an SVG that stands alone, a line each.
 */
import { lineChart } from "../charts/line-chart.js";
import { standalone } from "../charts/standalone.js";
import type { ComparedPim } from "../pim/pim-comparison.js";

/** One decode, one layer, all heads on one channel of each device. */
export function pimComparisonPlot(model: string, compared: readonly ComparedPim[]): string {
  const { svg } = lineChart({
    title: `${model}: attention of one decode, one layer, one channel`,
    xLabel: "context, tokens",
    yLabel: "µs",
    size: { width: 560, height: 360 },
    lines: compared.map(({ device, facts }) => ({
      name: device,
      points: facts.latency.map(({ context, totalNs }) => [context, totalNs / 1000] as const).sort(([a], [b]) => a - b),
    })),
  });
  return standalone(svg);
}
