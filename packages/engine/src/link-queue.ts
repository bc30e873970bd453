/**
 * @module
 * One direction of a link: transfers one at a time, in the order in which they were asked for. Times are whole ns.
 */
interface Slot {
  startNs: number;
  endNs: number;
}

/**
 * @example
 * const link = new LinkQueue();
 * link.add(100, 50); // { startNs: 100, endNs: 150 }
 * link.add(120, 50); // { startNs: 150, endNs: 200 }
 * link.busyNs(160); // 60
 */
export class LinkQueue {
  /** When all that has been asked for has been moved. */
  freeNs = 0;
  private slots: Slot[] = [];
  /** Time of the slots that are left out of `slots`: they ended before a later one was asked for. */
  private endedNs = 0;

  /** A transfer that may start at `earliestNs`. */
  add(earliestNs: number, durationNs: number): Readonly<Slot> {
    const startNs = Math.max(earliestNs, this.freeNs);
    // It is idle now: whatever it has moved is behind us.
    if (earliestNs >= this.freeNs) {
      this.endedNs = this.busyNs(this.freeNs);
      this.slots = [];
    }
    const slot = { startNs, endNs: startNs + durationNs };
    this.slots.push(slot);
    this.freeNs = slot.endNs;
    return slot;
  }

  /** Time that it was busy up to `untilNs`, which lies behind the last time at which it was asked for anything. */
  busyNs(untilNs: number): number {
    return this.slots.reduce(
      (sum, { startNs, endNs }) => sum + Math.max(0, Math.min(endNs, untilNs) - startNs),
      this.endedNs,
    );
  }
}
