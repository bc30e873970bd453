/**
 * @module
 * Inter-token latencies as text: each iteration's once, in a log of bytes beside that of its ends. The list of a request is a
 * slice of it: copying 10 bytes takes a fiftieth of writing the digits.
 */
import type { IterationEnds } from "@tandem-sim/engine";

const ascii = new TextEncoder();

/** Characters of the longest entry at most: a number of 17 digits behind a comma and a space. */
const LONGEST = 24;

export class GapText {
  /** `, 12345678` for each iteration. */
  private text = new Uint8Array(1 << 14);
  /** Where the entry of each iteration starts, from `first` on, and where the last one ends. */
  private starts = new Float64Array(1 << 10);
  private first: number;
  private count = 0;

  /** @param ends the log of an instance */
  constructor(private readonly ends: IterationEnds) {
    this.first = ends.first;
  }

  /** The gaps of iterations `from` .. `to` - 1, each behind a comma and a space. A view: good until the next call. */
  of(from: number, to: number): Uint8Array {
    while (this.first + this.count < to) this.add(this.ends.gap(this.first + this.count));
    return this.text.subarray(this.startOf(from - this.first), this.startOf(to - this.first));
  }

  private startOf(entry: number): number {
    return this.starts[entry] as number;
  }

  private add(gapNs: number): void {
    const isFull = this.count + 1 === this.starts.length || this.startOf(this.count) + LONGEST > this.text.length;
    if (isFull) this.makeRoom();
    const start = this.startOf(this.count);
    const { written } = ascii.encodeInto(`, ${gapNs}`, this.text.subarray(start));
    this.starts[++this.count] = start + written;
  }

  /** Drops what the log of ends has dropped; grows where that leaves it more than half full. */
  private makeRoom(): void {
    const old = Math.min(this.count, this.ends.first - this.first);
    const cut = this.startOf(old);
    const text = this.text.subarray(cut, this.startOf(this.count));
    const starts = this.starts.subarray(old, this.count + 1).map((start) => start - cut);
    this.first += old;
    this.count -= old;
    if (2 * starts.length > this.starts.length) this.starts = new Float64Array(2 * this.starts.length);
    if (2 * (text.length + LONGEST) > this.text.length) this.text = new Uint8Array(2 * this.text.length);
    this.starts.set(starts);
    this.text.set(text);
  }
}
