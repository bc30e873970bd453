/**
 * @module
 * Pending events, ordered by (time, group, sequence): a binary heap without objects.
 */
export class EventQueue {
  private times: number[] = [];
  private groups: number[] = [];
  private sequences: number[] = [];
  private pushed = 0;

  get size(): number {
    return this.times.length;
  }

  /** Time of the next event; infinite where there is none. */
  get nextNs(): number {
    return this.times[0] ?? Number.POSITIVE_INFINITY;
  }

  push(timeNs: number, group: number): void {
    let i = this.times.length;
    const sequence = this.pushed++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.isBefore(timeNs, group, sequence, parent)) break;
      this.move(parent, i);
      i = parent;
    }
    this.set(i, timeNs, group, sequence);
  }

  /** Removes the next event and returns its group. The caller has checked `size`. */
  pop(): number {
    const group = this.groups[0]!;
    const time = this.times.pop()!;
    const lastGroup = this.groups.pop()!;
    const sequence = this.sequences.pop()!;
    const size = this.times.length;
    if (size === 0) return group;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (
        child + 1 < size &&
        this.isBefore(this.times[child + 1]!, this.groups[child + 1]!, this.sequences[child + 1]!, child)
      )
        child++;
      if (this.isBefore(time, lastGroup, sequence, child)) break;
      this.move(child, i);
      i = child;
    }
    this.set(i, time, lastGroup, sequence);
    return group;
  }

  private isBefore(time: number, group: number, sequence: number, at: number): boolean {
    if (time !== this.times[at]) return time < this.times[at]!;
    if (group !== this.groups[at]) return group < this.groups[at]!;
    return sequence < this.sequences[at]!;
  }

  private set(at: number, time: number, group: number, sequence: number): void {
    this.times[at] = time;
    this.groups[at] = group;
    this.sequences[at] = sequence;
  }

  private move(from: number, to: number): void {
    this.set(to, this.times[from]!, this.groups[from]!, this.sequences[from]!);
  }
}
