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
    // In place: nobody asks in which order they came.
    const sorted = this.values.subarray(0, this.total).sort();
    let sum = 0;
    for (let i = 0; i < sorted.length; ) {
      const value = sorted[i];
      const first = i;
      while (sorted[i] === value) i++;
      sum += value * (i - first);
    }
    return statisticsMs(sum, this.total, (index) => sorted[index]);
  }
}

/** Values that are gathered before they are merged into the others, at least. */
const LATEST = 1 << 14;

/**
 * Samples of which many are equal: requests of one batch share the times of their tokens. 16 bytes a distinct value, and a map
 * of the latest, of an eighth as many.
 */
export class Distribution {
  /** Those that are merged, ascending. */
  private values = new Float64Array(0);
  /** Samples of each of them. */
  private counts = new Float64Array(0);
  /** Samples of each value that is not merged yet; it may be one of those that are. */
  private readonly latest = new Map<number, number>();

  get size(): number {
    let total = 0;
    for (const count of this.counts) total += count;
    for (const count of this.latest.values()) total += count;
    return total;
  }

  /** Adds `count` samples of one value. */
  add(value: number, count = 1): void {
    this.latest.set(value, (this.latest.get(value) ?? 0) + count);
    if (this.latest.size >= LATEST && 8 * this.latest.size >= this.values.length) this.merge();
  }

  private merge(): void {
    const { latest } = this;
    const added = Float64Array.from(latest.keys()).sort();
    const values = new Float64Array(this.values.length + added.length);
    const counts = new Float64Array(values.length);
    let size = 0;
    let old = 0;
    for (const value of added) {
      for (; this.values[old] < value; old++) {
        values[size] = this.values[old];
        counts[size++] = this.counts[old];
      }
      const known = this.values[old] === value ? this.counts[old++] : 0;
      values[size] = value;
      counts[size++] = known + (latest.get(value) as number);
    }
    values.set(this.values.subarray(old), size);
    counts.set(this.counts.subarray(old), size);
    size += this.values.length - old;
    this.values = values.subarray(0, size);
    this.counts = counts.subarray(0, size);
    latest.clear();
  }

  /** Statistics in ms of samples in ns; zeros where there are none. */
  statisticsMs(): LatencyStatistics {
    this.merge();
    const { values, counts } = this;
    const ranks = new Float64Array(values.length);
    let total = 0;
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      sum += values[i] * counts[i];
      total += counts[i];
      ranks[i] = total;
    }
    return statisticsMs(sum, total, (index) => values[firstAbove(ranks, index)]);
  }
}

/**
 * Quantiles are linear between order statistics (NumPy's default).
 *
 * @param sum of all samples, ns, added up in ascending order, so that it depends on no order of arrival
 * @param at the sample at a 0-based position in ascending order, ns
 */
function statisticsMs(sum: number, total: number, at: (index: number) => number): LatencyStatistics {
  const ms = 1e-6;
  const quantile = (share: number): number => {
    if (total === 0) return 0;
    const position = share * (total - 1);
    const below = at(Math.floor(position));
    const above = at(Math.ceil(position));
    return (below + (above - below) * (position - Math.floor(position))) * ms;
  };
  return {
    mean: total === 0 ? 0 : (sum / total) * ms,
    median: quantile(0.5),
    p90: quantile(0.9),
    p95: quantile(0.95),
    p99: quantile(0.99),
  };
}

/** Index of the first that is greater, in an ascending list whose last is. */
function firstAbove(ascending: Float64Array, limit: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}
