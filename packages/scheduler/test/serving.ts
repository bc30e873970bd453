/**
 * @module
 * A scheduler with requests, for tests: batches as lists that read like the hand-worked case.
 */
import {
  Batch,
  type KvPlacement,
  type Placement,
  type PlacementCosts,
  placements,
  RequestTable,
  Scheduler,
  type SchedulerLimits,
} from "../src/index.js";

const generous: SchedulerLimits = {
  blockSize: 4,
  maxNumSeqs: 0,
  maxNumBatchedTokens: 0,
  longPrefillTokenThreshold: 0,
  enableChunkedPrefill: true,
  enablePrefixCaching: true,
  reserveFullIsl: true,
};

/** The default placement under such times. */
export const byTime = (timesNs: PlacementCosts): Placement =>
  placements.time({ timesNs, heads: 1, headDim: 1, rowElements: 1, banks: 1 });

/** Times under which placement goes by tokens alone. */
export const noTimes = byTime({ decode: () => 0, prefill: () => 0 });

/** Name of a request -> tokens scheduled, in batch order. */
export type Scheduled = [name: string, tokens: number][];

export class Serving {
  readonly table = new RequestTable();
  readonly scheduler: Scheduler;
  readonly rows = new Map<string, number>();
  readonly finished: string[] = [];
  private readonly names = new Map<number, string>();

  constructor(kv: KvPlacement, limits: Partial<SchedulerLimits> = {}) {
    this.scheduler = new Scheduler(this.table, { ...generous, ...limits }, kv);
  }

  /** A request arrives. `chain`: its block contents. */
  arrive(name: string, inputTokens: number, outputTokens: number, chain: number[] | null = null): void {
    const row = this.table.add({
      id: this.rows.size,
      inputTokens,
      outputTokens,
      contents: chain && Int32Array.from(chain),
    });
    this.rows.set(name, row);
    this.names.set(row, name);
    this.scheduler.enqueue(row);
  }

  schedule(): Batch {
    return this.scheduler.schedule() ?? new Batch(1);
  }

  complete(batch: Batch): void {
    const rows: number[] = [];
    this.scheduler.complete(batch, rows);
    for (const row of rows) this.finished.push(this.names.get(row)!);
  }

  list(batch: Batch): Scheduled {
    return Array.from({ length: batch.size }, (_, i) => [this.names.get(batch.rows[i]!)!, batch.tokens[i]!]);
  }

  /** One synchronous step. */
  step(): Scheduled {
    const batch = this.schedule();
    const listed = this.list(batch);
    if (batch.size > 0) this.complete(batch);
    return listed;
  }

  get running(): string[] {
    return this.scheduler.running.map((row) => this.names.get(row)!);
  }

  row(name: string): number {
    return this.rows.get(name)!;
  }

  groupOf(name: string): number {
    return this.table.group[this.row(name)]!;
  }
}
