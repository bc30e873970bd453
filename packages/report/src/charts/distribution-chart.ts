/**
 * @module
 * Latency distributions of several runs in one chart.
 */
import type { Chart } from "./chart.js";
import { cumulative } from "./cumulative.js";
import { lineChart, thinned } from "./line-chart.js";
import { timeUnitFor } from "./time-unit.js";

/** Nine tenths of a curve in less than this share of a linear axis are a vertical line to the eye. */
const SQUASHED = 0.1;

/** A rising curve has no peak to lose, and with as many points its steps are as high as a line is wide. */
const MOST_POINTS = 150;

/** Whether a linear axis up to the greatest sample would squash some curve; only times above 0 have logarithms. */
function needsLogarithm(runs: readonly (readonly number[])[], most: number): boolean {
  return runs.some((samples) => {
    const sorted = Float64Array.from(samples).sort();
    const [least = 0] = sorted;
    return least > 0 && (sorted[Math.floor(0.9 * (sorted.length - 1))] ?? most) < SQUASHED * most;
  });
}

/** @param samplesNs by the name of the run, ns, in any order */
export function distributionChart(title: string, samplesNs: ReadonlyMap<string, readonly number[]>): Chart {
  const all = [...samplesNs.values()];
  const most = all.flat().reduce((greatest, ns) => Math.max(greatest, ns), 0);
  const unit = timeUnitFor(most);
  const logarithmic = all.flat().every((ns) => ns > 0) && needsLogarithm(all, most);
  return lineChart({
    title,
    xLabel: logarithmic ? `${unit.name}, logarithmic` : unit.name,
    yLabel: "share of requests",
    yMax: 1,
    xScale: logarithmic ? "log" : "linear",
    lines: [...samplesNs].map(([name, samples]) => {
      const points = thinned(cumulative(samples.map((ns) => ns / unit.ns)), MOST_POINTS);
      return { name, points: logarithmic ? fromFirst(points) : points, step: "after" };
    }),
  });
}

/** The curve rises at its first sample: 0 has no place on a logarithmic axis. */
const fromFirst = ([, first, ...rest]: readonly (readonly [number, number])[]): (readonly [number, number])[] =>
  first ? [[first[0], 0], first, ...rest] : [];
