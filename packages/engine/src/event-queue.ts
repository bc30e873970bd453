/**
 * @module
 * Pending events, ordered by (time, kind, subject, sequence): a binary heap without objects.
 */

/** Kinds of events. Of equal times, a lower kind comes first: who arrives as an iteration ends joins the next one. */
export const ARRIVAL = 0;
export const ITERATION_END = 1;
export const LOAD_END = 2;
export type EventKind = typeof ARRIVAL | typeof ITERATION_END | typeof LOAD_END;

/** Subjects of one kind; a kind and its subject are one number in the heap. */
const SUBJECTS = 2 ** 32;

export class EventQueue {
  private times: number[] = [];
  private keys: number[] = [];
  private sequences: number[] = [];
  private pushed = 0;

  get size(): number {
    return this.times.length;
  }

  /** Time of the next event; infinite where there is none. */
  get nextNs(): number {
    return this.times[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Kind of the next event; -1 where there is none. */
  get nextKind(): EventKind | -1 {
    return this.size === 0 ? -1 : (Math.floor(this.keys[0] / SUBJECTS) as EventKind);
  }

  /** @param subject whom it happens to, below 2^32 */
  push(timeNs: number, kind: EventKind, subject: number): void {
    const key = kind * SUBJECTS + subject;
    let i = this.times.length;
    const sequence = this.pushed++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.isBefore(timeNs, key, sequence, parent)) break;
      this.move(parent, i);
      i = parent;
    }
    this.set(i, timeNs, key, sequence);
  }

  /** Removes the next event and returns its subject. The caller has checked `size`. */
  pop(): number {
    const key = this.keys[0];
    const last = this.times.length - 1;
    const time = this.times[last];
    const lastKey = this.keys[last];
    const sequence = this.sequences[last];
    // Shortening an array by its length gives memory back every time: 400 ns an event in place of 20.
    this.times.pop();
    this.keys.pop();
    this.sequences.pop();
    const size = last;
    if (size === 0) return key % SUBJECTS;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (
        child + 1 < size &&
        this.isBefore(this.times[child + 1], this.keys[child + 1], this.sequences[child + 1], child)
      )
        child++;
      if (this.isBefore(time, lastKey, sequence, child)) break;
      this.move(child, i);
      i = child;
    }
    this.set(i, time, lastKey, sequence);
    return key % SUBJECTS;
  }

  private isBefore(time: number, key: number, sequence: number, at: number): boolean {
    if (time !== this.times[at]) return time < this.times[at];
    if (key !== this.keys[at]) return key < this.keys[at];
    return sequence < this.sequences[at];
  }

  private set(at: number, time: number, key: number, sequence: number): void {
    this.times[at] = time;
    this.keys[at] = key;
    this.sequences[at] = sequence;
  }

  private move(from: number, to: number): void {
    this.set(to, this.times[from], this.keys[from], this.sequences[from]);
  }
}
