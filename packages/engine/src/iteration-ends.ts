/**
 * @module
 * When the iterations of one instance ended: a log that all requests share. The tokens of a request come at the ends of
 * consecutive iterations, so its inter-token latencies are a slice of the log.
 */
import { grown } from "@tandem-sim/scheduler";

/** Ends in order, whole ns. An index counts from the instance's first iteration, and stays valid when old ends are dropped. */
export class IterationEnds {
  private endsNs = new Float64Array(1024);
  /** From the end before; NaN for the first of all. */
  private gapsNs = new Float64Array(1024);
  private dropped = 0;
  private kept = 0;

  /** Index of the oldest end that is kept. */
  get first(): number {
    return this.dropped;
  }

  /** Index of the next end. */
  get next(): number {
    return this.dropped + this.kept;
  }

  /** Ends that there is room for, 16 bytes each. */
  get capacity(): number {
    return this.endsNs.length;
  }

  /** Whether {@link makeRoom} has to be called before the next end is added. */
  get isFull(): boolean {
    return this.kept === this.capacity;
  }

  add(endNs: number): void {
    this.gapsNs[this.kept] = this.kept === 0 ? Number.NaN : endNs - this.endsNs[this.kept - 1];
    this.endsNs[this.kept++] = endNs;
  }

  at(index: number): number {
    return this.endsNs[index - this.dropped];
  }

  /** Time from the iteration's predecessor's end to its own. */
  gap(index: number): number {
    return this.gapsNs[index - this.dropped];
  }

  /** Those of iterations `from` .. `to` - 1. */
  gaps(from: number, to: number): Float64Array {
    return this.gapsNs.slice(from - this.dropped, to - this.dropped);
  }

  /** Drops the ends before `oldestNs`, which nobody will ask for, but for the last: the log stays as long as requests live. */
  makeRoom(oldestNs: number): void {
    let old = 0;
    while (old + 1 < this.kept && this.endsNs[old] < oldestNs) old++;
    this.endsNs.copyWithin(0, old, this.kept);
    this.gapsNs.copyWithin(0, old, this.kept);
    this.dropped += old;
    this.kept -= old;
    if (2 * this.kept <= this.capacity) return;
    this.gapsNs = grown(this.gapsNs, 2 * this.capacity);
    this.endsNs = grown(this.endsNs, 2 * this.capacity);
  }
}
