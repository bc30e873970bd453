/**
 * @module
 * The time in which at least one GPU of a node computes. Each GPU reports in time order, but not in step with the
 * others: intervals wait here until the meter says that nothing earlier will come.
 */

/** Disjoint intervals of one GPU in time order; those before `head` are dealt with. */
interface Queue {
  readonly starts: number[];
  readonly ends: number[];
  head: number;
}

export class BusyUnion {
  private readonly queues: readonly Queue[];
  private coveredNs = 0;

  constructor(gpus: number) {
    this.queues = Array.from({ length: gpus }, () => ({ starts: [], ends: [], head: 0 }));
  }

  add(gpu: number, startNs: number, endNs: number): void {
    const { starts, ends, head } = this.queues[gpu];
    const last = ends.length - 1;
    if (last >= head && ends[last] === startNs) {
      ends[last] = endNs;
      return;
    }
    starts.push(startNs);
    ends.push(endNs);
  }

  /** Passes on the union before `untilNs`, as disjoint intervals in time order. */
  drain(untilNs: number, busy: (startNs: number, endNs: number) => void): void {
    for (;;) {
      const queue = this.earliest(untilNs);
      if (!queue) break;
      const start = queue.starts[queue.head];
      const end = Math.min(queue.ends[queue.head], untilNs);
      if (end > this.coveredNs) {
        busy(Math.max(start, this.coveredNs), end);
        this.coveredNs = end;
      }
      if (queue.ends[queue.head] > untilNs) queue.starts[queue.head] = untilNs;
      else queue.head++;
    }
    for (const queue of this.queues) forget(queue);
  }

  /** The queue whose next interval starts first, and before `untilNs`. */
  private earliest(untilNs: number): Queue | null {
    let first: Queue | null = null;
    let firstNs = untilNs;
    for (const queue of this.queues) {
      if (queue.head === queue.starts.length || queue.starts[queue.head] >= firstNs) continue;
      first = queue;
      firstNs = queue.starts[queue.head];
    }
    return first;
  }
}

/** Frees what is dealt with; half at a time, so that a long queue is not moved for every interval. */
function forget(queue: Queue): void {
  if (queue.head * 2 < queue.starts.length) return;
  queue.starts.splice(0, queue.head);
  queue.ends.splice(0, queue.head);
  queue.head = 0;
}
