/**
 * @module
 * Latency over context as an SVG that stands alone: its parts stacked, and the GPU's beside them.
 */
import { lineChart } from "../charts/line-chart.js";
import { standalone } from "../charts/standalone.js";
import type { PimFacts } from "../pim/pim-facts.js";
import type { PimSubject } from "../pim/pim-result.js";

type Point = PimFacts["latency"][number];

/** From the part that every DRAM has to the one that comes on top of all. */
const parts: readonly (readonly [string, (point: Point) => number])[] = [
  ["activation", (point) => point.activationNs],
  ["compute", (point) => point.computeNs],
  ["read-out", (point) => point.readOutNs],
  ["input", (point) => point.inputNs],
  ["refresh", (point) => point.refreshNs],
];

/** One decode, one layer: on one channel by its parts, spread over the channels of a group, and on the GPU. */
export function pimPlot({ device, gpu }: PimSubject, facts: PimFacts): string {
  const { latency, groupLatencyNs, gpuLatencyNs, channelsPerGroup } = facts;
  const us = (ns: readonly number[]) =>
    latency.map(({ context }, i) => [context, (ns[i] ?? 0) / 1000] as const).sort(([a], [b]) => a - b);
  const { svg } = lineChart({
    title: `${device}: attention of one decode, one layer`,
    xLabel: "context, tokens",
    yLabel: "µs",
    size: { width: 480, height: 340 },
    lines: [
      ...parts.map(([name, part]) => ({ name, points: us(latency.map(part)), stacked: true as const })),
      { name: "total on one channel", points: us(latency.map(({ totalNs }) => totalNs)) },
      { name: `on a group of ${channelsPerGroup} channels`, points: us(groupLatencyNs) },
      ...(gpuLatencyNs ? [{ name: gpu, points: us(gpuLatencyNs) }] : []),
    ],
  });
  return standalone(svg);
}
