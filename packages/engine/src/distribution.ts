/**
 * @module
 * Exact statistics of samples, kept as counts of distinct values: requests of one batch share their token times, so
 * inter-token latencies need a place per iteration and not per token.
 */
import type { LatencyStatistics } from "@tandem-sim/schemas";

export class Distribution {
  private readonly counts = new Map<number, number>();
  private total = 0;

  get size(): number {
    return this.total;
  }

  add(value: number): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
    this.total++;
  }

  /** Statistics in ms of samples in ns; zeros where there are none. */
  statisticsMs(): LatencyStatistics {
    // Sorted before summing, so that the mean does not depend on the order of arrival.
    const values = Float64Array.from(this.counts.keys()).sort();
    const ranks = new Float64Array(values.length);
    let sum = 0;
    let rank = 0;
    values.forEach((value, i) => {
      const n = this.counts.get(value) as number;
      sum += value * n;
      rank += n;
      ranks[i] = rank;
    });
    const ms = 1e-6;
    const at = (quantile: number): number => quantileOf(values, ranks, quantile) * ms;
    return {
      mean: this.total === 0 ? 0 : (sum / this.total) * ms,
      median: at(0.5),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
    };
  }
}

/** Linear interpolation between order statistics (NumPy's default). `ranks[i]` samples are <= `values[i]`. */
function quantileOf(values: Float64Array, ranks: Float64Array, quantile: number): number {
  const total = ranks[ranks.length - 1];
  if (total === undefined) return 0;
  const position = quantile * (total - 1);
  const below = orderStatistic(values, ranks, Math.floor(position));
  const above = orderStatistic(values, ranks, Math.ceil(position));
  return below + (above - below) * (position - Math.floor(position));
}

/** The sample at 0-based position `index` in ascending order. */
function orderStatistic(values: Float64Array, ranks: Float64Array, index: number): number {
  let low = 0;
  let high = ranks.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranks[middle] > index) high = middle;
    else low = middle + 1;
  }
  return values[low];
}
