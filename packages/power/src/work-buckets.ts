/**
 * @module
 * Work cut at the borders of equal buckets of time. Only buckets in which something begins, ends or moves are kept:
 * a state that lasts over many of them is a change of level where it begins and one where it ends, so hours of standby
 * in steps of a microsecond cost two entries.
 */
import { quantaOf } from "./exact-sum.js";
import { type Amount, createWork, type Work } from "./work.js";

/** Receives the work of [startNs, endNs), stretch by stretch in time order. Copy what you keep. */
export type WorkSink = (startNs: number, endNs: number, work: Work) => void;

interface Bucket {
  /** Work of the states that do not last over the whole bucket, and what moved. */
  readonly work: Work;
  /** By how much the number of lasting states changes with this bucket, by column. */
  readonly levelChange: Float64Array;
}

export class WorkBuckets {
  private readonly open = new Map<number, Bucket>();
  private readonly level: Float64Array;
  /** First bucket that is not closed. */
  private next = 0;

  /**
   * @param stepNs whole and finite
   * @param startNs when the first bucket begins; it ends at a multiple of the step as all others do
   */
  constructor(
    private readonly stepNs: number,
    private readonly startNs: number,
    private readonly columns: number,
    private readonly sink: WorkSink,
  ) {
    this.level = new Float64Array(columns);
    this.next = Math.floor(startNs / stepNs);
  }

  /** No border of a bucket falls inside [startNs, endNs). */
  holdsInOne(startNs: number, endNs: number): boolean {
    return Math.floor(startNs / this.stepNs) === Math.floor((endNs - 1) / this.stepNs);
  }

  /** A state holds for so long in the bucket of `startNs`. */
  addTimeWithin(column: number, startNs: number, durationNs: number): void {
    this.bucket(Math.floor(startNs / this.stepNs)).work.ns[column] += durationNs;
  }

  /** A state holds in [startNs, endNs). */
  addTime(column: number, startNs: number, endNs: number): void {
    const { stepNs } = this;
    const first = Math.floor(startNs / stepNs);
    const last = Math.floor((endNs - 1) / stepNs);
    if (first === last) {
      this.bucket(first).work.ns[column] += endNs - startNs;
      return;
    }
    this.bucket(first).work.ns[column] += (first + 1) * stepNs - startNs;
    this.bucket(first + 1).levelChange[column]++;
    const end = this.bucket(last);
    end.levelChange[column]--;
    end.work.ns[column] += endNs - last * stepNs;
  }

  /** `value` is spread evenly over [startNs, endNs). */
  addAmount(amount: Amount, startNs: number, endNs: number, value: number): void {
    const { stepNs } = this;
    const quanta = quantaOf(value);
    const last = Math.floor((endNs - 1) / stepNs);
    let given = 0;
    for (let i = Math.floor(startNs / stepNs); i <= last; i++) {
      // Differences of a rounded running share: the parts add up to the whole.
      const due = i === last ? quanta : Math.round((quanta * ((i + 1) * stepNs - startNs)) / (endNs - startNs));
      this.bucket(i).work.amounts[amount].addQuanta(due - given);
      given = due;
    }
  }

  /** Passes on the buckets that end at or before `untilNs`. */
  close(untilNs: number): void {
    const limit = Math.floor(untilNs / this.stepNs);
    if (limit <= this.next) return;
    const touched = [...this.open.keys()].filter((i) => i < limit).sort((a, b) => a - b);
    for (const i of touched) {
      this.closeUntouched(i);
      this.closeBucket(i, (i + 1) * this.stepNs);
    }
    this.closeUntouched(limit);
  }

  /** Passes on the rest, up to `endNs`. */
  finish(endNs: number): void {
    this.close(endNs);
    if (endNs > this.startOf(this.next)) this.closeBucket(this.next, endNs);
  }

  private startOf(bucket: number): number {
    return Math.max(this.startNs, bucket * this.stepNs);
  }

  private closeBucket(i: number, endNs: number): void {
    const { work, levelChange } = this.open.get(i) ?? this.create();
    this.open.delete(i);
    const startNs = this.startOf(i);
    for (let c = 0; c < this.columns; c++) {
      this.level[c] += levelChange[c];
      work.ns[c] += this.level[c] * (endNs - startNs);
    }
    this.next = i + 1;
    this.sink(startNs, endNs, work);
  }

  /** The buckets up to `limit`, in which nothing changes, are one stretch. */
  private closeUntouched(limit: number): void {
    if (limit <= this.next) return;
    const startNs = this.startOf(this.next);
    const endNs = limit * this.stepNs;
    const work = createWork(this.columns);
    for (let c = 0; c < this.columns; c++) work.ns[c] = this.level[c] * (endNs - startNs);
    this.next = limit;
    this.sink(startNs, endNs, work);
  }

  private bucket(i: number): Bucket {
    let bucket = this.open.get(i);
    if (!bucket) {
      bucket = this.create();
      this.open.set(i, bucket);
    }
    return bucket;
  }

  private create(): Bucket {
    return { work: createWork(this.columns), levelChange: new Float64Array(this.columns) };
  }
}
