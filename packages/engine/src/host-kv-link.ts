/**
 * @module
 * KV on its way between the GPUs of an instance and host memory, and when it is there. Each direction of the link moves
 * one transfer at a time, in order; both work at once, beside the GPUs. Times are whole ns.
 *
 * A block that is copied out may be written again at once: its copy is taken to have been made before, as vLLM's connector
 * does, and only the link is behind. A load of it waits until it has arrived.
 */
import { transferNs } from "@tandem-sim/hardware";
import { HostKvCache, type KvLoad } from "@tandem-sim/scheduler";
import { LinkQueue } from "./link-queue.js";
import type { HostKvPlan, InstancePlan } from "./plan.js";
import { RecomputeTime } from "./recompute-time.js";

/** KV over the host link of an instance. */
export interface KvTransfer {
  instance: number;
  /** Up: to host memory. */
  direction: "up" | "down";
  startNs: number;
  endNs: number;
  /** Of all its GPUs. */
  bytes: number;
  blocks: number;
  /** Row of the request that waits for it; -1 where none does. */
  row: number;
}

/** Stores of one step. */
interface Stores {
  moves: number;
  endNs: number;
}

export class HostKvLink {
  readonly cache: HostKvCache;
  readonly up = new LinkQueue();
  readonly down = new LinkQueue();
  upBytes = 0;
  downBytes = 0;
  loads = 0;
  /** From the step that asked for a load to its end, of all loads. */
  loadingNs = 0;
  private readonly recompute: RecomputeTime;
  /** Stores under way, in order. */
  private stores: Stores[] = [];
  /** Loads under way, in order. */
  private readonly loading: { row: number; endNs: number }[] = [];
  private nowNs = 0;

  constructor(
    private readonly plan: InstancePlan,
    private readonly host: HostKvPlan,
    private readonly onTransfer: (transfer: KvTransfer) => void,
  ) {
    this.recompute = new RecomputeTime(plan);
    this.cache = new HostKvCache(host.blocks, plan.options.blockSize, (...request) => this.isSwapCheaper(...request));
  }

  /** Whether requests wait for their KV. */
  get isLoading(): boolean {
    return this.loading.length > 0;
  }

  /** A step is about to be scheduled. */
  startStep(nowNs: number): void {
    this.nowNs = nowNs;
    this.stores = this.stores.filter(({ endNs }) => endNs > nowNs);
  }

  /**
   * The step has been scheduled: what it moves takes its place on the link.
   *
   * @param computedNs when the iteration that runs ends: K and V that it computes are not there before
   */
  endStep(computedNs: number): void {
    const { number, storedBlocks, loads } = this.cache.takeMoves();
    if (storedBlocks > 0) this.store(number, storedBlocks, computedNs);
    for (const load of loads) this.load(load);
  }

  /** Rows of the requests whose KV has arrived by `nowNs`. */
  takeLoaded(nowNs: number): number[] {
    const rows: number[] = [];
    while (this.loading.length > 0 && this.loading[0].endNs <= nowNs) {
      rows.push(this.loading[0].row);
      this.loading.shift();
    }
    return rows;
  }

  private store(moves: number, blocks: number, earliestNs: number): void {
    const { startNs, endNs } = this.up.add(earliestNs, this.transferNs(blocks));
    this.stores.push({ moves, endNs });
    const bytes = this.bytesOf(blocks);
    this.upBytes += bytes;
    this.onTransfer({ instance: this.plan.id, direction: "up", startNs, endNs, bytes, blocks, row: -1 });
  }

  private load({ row, blocks, storedIn }: KvLoad): void {
    const stored = this.stores.findLast(({ moves }) => moves <= storedIn);
    const { startNs, endNs } = this.down.add(stored?.endNs ?? this.nowNs, this.transferNs(blocks));
    this.loading.push({ row, endNs });
    const bytes = this.bytesOf(blocks);
    this.downBytes += bytes;
    this.loads++;
    this.loadingNs += endNs - this.nowNs;
    this.onTransfer({ instance: this.plan.id, direction: "down", startNs, endNs, bytes, blocks, row });
  }

  /** Both ways over the link, behind what is on its way up, against the GPU's time for a prefill of as many tokens. */
  private isSwapCheaper(tokens: number, blocksUp: number, blocksDown: number): boolean {
    const queueNs = Math.max(0, this.up.freeNs - this.nowNs);
    return queueNs + this.transferNs(blocksUp) + this.transferNs(blocksDown) < this.recompute.ns(tokens);
  }

  /** Each GPU moves its own part, all at once. */
  private transferNs(blocks: number): number {
    const { bw, latency } = this.host.link;
    return transferNs(blocks * this.plan.blockBytes, bw, latency);
  }

  private bytesOf(blocks: number): number {
    return blocks * this.plan.blockBytes * this.plan.gpus;
  }
}
