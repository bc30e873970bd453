/**
 * @module
 * Exact statistics of samples.
 */
import { grown } from "@tandem-sim/scheduler";
import type { LatencyStatistics } from "@tandem-sim/schemas";

/** Samples that are mostly different: of requests. 8 bytes each, in an array that doubles as it fills. */
export class Samples {
  private values = new Float64Array(1024);
  private total = 0;

  get size(): number {
    return this.total;
  }

  add(value: number): void {
    if (this.total === this.values.length) this.values = grown(this.values, 2 * this.total);
    this.values[this.total++] = value;
  }

  /** Statistics in ms of samples in ns; zeros where there are none. */
  statisticsMs(): LatencyStatistics {
    const values = this.values.slice(0, this.total).sort();
    const ranks = new Float64Array(this.total);
    // Equal samples become one value, in place.
    let distinct = 0;
    for (let i = 0; i < this.total; i++) {
      if (distinct === 0 || values[i] !== values[distinct - 1]) values[distinct++] = values[i];
      ranks[distinct - 1] = i + 1;
    }
    return statisticsMs(values.subarray(0, distinct), ranks.subarray(0, distinct));
  }
}

/** Samples of which many are equal: requests of one batch share the times of their tokens. About 40 bytes a distinct value. */
export class Distribution {
  private readonly counts = new Map<number, number>();

  get size(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }

  /** Adds `count` samples of one value. */
  add(value: number, count = 1): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + count);
  }

  /** Statistics in ms of samples in ns; zeros where there are none. */
  statisticsMs(): LatencyStatistics {
    const values = Float64Array.from(this.counts.keys()).sort();
    let rank = 0;
    const ranks = values.map((value) => {
      rank += this.counts.get(value) as number;
      return rank;
    });
    return statisticsMs(values, ranks);
  }
}

/**
 * Ascending, so that sums depend on no order of arrival.
 *
 * @param values different samples, ns, ascending
 * @param ranks how many samples are <= each of them
 */
function statisticsMs(values: Float64Array, ranks: Float64Array): LatencyStatistics {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * (ranks[i] - (i > 0 ? ranks[i - 1] : 0));
  const ms = 1e-6;
  const at = (quantile: number): number => quantileOf(values, ranks, quantile) * ms;
  return {
    mean: values.length === 0 ? 0 : (sum / ranks[ranks.length - 1]) * ms,
    median: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
  };
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
