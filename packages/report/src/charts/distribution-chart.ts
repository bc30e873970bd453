/**
 * @module
 * Latency distributions of several runs in one chart.
 */
import { cumulative } from "./cumulative.js";
import { lineChart } from "./line-chart.js";
import { timeUnitFor } from "./time-unit.js";

/** @param samplesNs by the name of the run, ns, in any order */
export function distributionChart(title: string, samplesNs: ReadonlyMap<string, readonly number[]>): string {
  const unit = timeUnitFor([...samplesNs.values()].flat().reduce((most, ns) => Math.max(most, ns), 0));
  return lineChart({
    title,
    xLabel: unit.name,
    yLabel: "share of requests",
    yMax: 1,
    lines: [...samplesNs].map(([name, samples]) => ({
      name,
      points: cumulative(samples.map((ns) => ns / unit.ns)),
      step: "after",
    })),
  });
}
