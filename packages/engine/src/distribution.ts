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

/** Slots of a new table of values: a power of two. */
const FIRST_SLOTS = 1 << 12;

/**
 * Samples of which many are equal: requests of one batch share the times of their tokens. A hash table by open addressing, three
 * quarters full at most: 22 to 43 bytes a distinct value.
 */
export class Distribution {
  private values = new Float64Array(FIRST_SLOTS);
  /** Samples of the value in each slot; 0: there is none. */
  private counts = new Float64Array(FIRST_SLOTS);
  private distinct = 0;

  get size(): number {
    let total = 0;
    for (let slot = 0; slot < this.counts.length; slot++) total += this.counts[slot];
    return total;
  }

  /** Adds `count` samples of one value. */
  add(value: number, count = 1): void {
    const slot = this.slotOf(value);
    if (this.counts[slot] === 0) {
      this.values[slot] = value;
      this.distinct++;
    }
    this.counts[slot] += count;
    if (4 * this.distinct > 3 * this.counts.length) this.grow();
  }

  /** Where the value is, or belongs. */
  private slotOf(value: number): number {
    const { values, counts } = this;
    const last = counts.length - 1;
    // Both halves of a whole number of 53 bits; the upper bits of a product depend on all of its factor's.
    const mixed = Math.imul((value | 0) ^ Math.imul((value / 2 ** 32) | 0, 0x85ebca6b), 0x9e3779b1);
    let slot = (mixed ^ (mixed >>> 15)) & last;
    while (counts[slot] !== 0 && values[slot] !== value) slot = (slot + 1) & last;
    return slot;
  }

  private grow(): void {
    const { values, counts } = this;
    this.values = new Float64Array(2 * values.length);
    this.counts = new Float64Array(2 * values.length);
    for (let from = 0; from < counts.length; from++) {
      if (counts[from] === 0) continue;
      const slot = this.slotOf(values[from]);
      this.values[slot] = values[from];
      this.counts[slot] = counts[from];
    }
  }

  private ascending(): Float64Array {
    const { values, counts } = this;
    const found = new Float64Array(this.distinct);
    let size = 0;
    for (let slot = 0; slot < counts.length; slot++) if (counts[slot] !== 0) found[size++] = values[slot];
    return found.sort();
  }

  /** Statistics in ms of samples in ns; zeros where there are none. */
  statisticsMs(): LatencyStatistics {
    const ascending = this.ascending();
    const ranks = new Float64Array(ascending.length);
    let total = 0;
    let sum = 0;
    for (let i = 0; i < ascending.length; i++) {
      const count = this.counts[this.slotOf(ascending[i])];
      sum += ascending[i] * count;
      total += count;
      ranks[i] = total;
    }
    return statisticsMs(sum, total, (index) => ascending[firstAbove(ranks, index)]);
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
