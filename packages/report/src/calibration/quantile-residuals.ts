/**
 * @module
 * What a calibration is fitted to: how far quantiles of TTFT and TPOT are from the recorded ones.
 */

import { type RequestLatencies, samplesOf } from "../validation/metric-errors.js";
import { inTwo } from "./halves.js";

/** P95 and beyond are a handful of requests in a half. */
const levels = [0.1, 0.25, 0.5, 0.75, 0.9];

function quantile(sorted: readonly number[], level: number): number {
  const position = level * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? below;
  return below + (above - below) * (position - Math.floor(position));
}

/** Mean and quantiles; none of nothing. */
function figures(metric: "ttft" | "tpot", requests: readonly RequestLatencies[]): number[] {
  const sorted = samplesOf(metric, requests).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const mean = sorted.reduce((sum, ns) => sum + ns, 0) / sorted.length;
  return [mean, ...levels.map((level) => quantile(sorted, level))];
}

/** Latencies below it, ns, count as this long: nobody can tell them apart, and logarithms would. */
const floorNs = 1e5;

function residualsOf(recorded: readonly RequestLatencies[], simulated: readonly RequestLatencies[]): number[] {
  return (["ttft", "tpot"] as const).flatMap((metric) => {
    const want = figures(metric, recorded);
    return figures(metric, simulated).map((ns, i) => Math.log(Math.max(ns, floorNs) / Math.max(want[i] ?? 0, floorNs)));
  });
}

/**
 * ln(simulated / recorded) of each figure, of earlier and of later requests apart, weighted so that the sum of squares over
 * all is a mean.
 *
 * @param recorded of each recording, by arrival
 */
export function quantileResiduals(
  recorded: readonly (readonly RequestLatencies[])[],
  simulated: readonly RequestLatencies[],
): Float64Array[] {
  const own = inTwo(simulated);
  const wanted = recorded.map((latencies) => inTwo(latencies));
  const parts = ([0, 1] as const).map((half) =>
    residualsOf(
      wanted.flatMap((latencies) => latencies[half]),
      own[half],
    ),
  );
  const count = parts.reduce((sum, part) => sum + part.length, 0);
  return parts.map((part) => Float64Array.from(part, (residual) => residual / Math.sqrt(count)));
}
