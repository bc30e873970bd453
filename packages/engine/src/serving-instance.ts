/**
 * @module
 * One instance at work: its scheduler, the batches in flight, and the schedule of the one that runs.
 */
import { piecePrefill, tokensOfPiece } from "@tandem-sim/hardware";
import {
  type Batch,
  type CachedContents,
  ChannelGroups,
  placements,
  type RequestTable,
  Scheduler,
} from "@tandem-sim/scheduler";
import { attentionShape } from "@tandem-sim/schemas";
import type { BatchTable, Division, Played, StageSink } from "@tandem-sim/trace";
import { GpuTime } from "./gpu-time.js";
import { HostKvLink, type KvTransfer } from "./host-kv-link.js";
import { InstanceTotals, type IterationKind } from "./instance-totals.js";
import { IterationPlanner } from "./iteration-planner.js";
import type { InstancePlan } from "./plan.js";
import type { RequestLog } from "./request-log.js";

/** An iteration as it starts, for observers. Reused: copy what you keep. */
export interface IterationStart {
  plan: InstancePlan;
  /** Number of the iteration on its instance, from 0. */
  index: number;
  startNs: number;
  kind: IterationKind;
  batch: Batch;
  /** Null where the batch runs undivided. */
  division: Division | null;
  table: BatchTable;
  played: Readonly<Played>;
  /** Plays the iteration again, run by run. Times are relative to its start. */
  replay(sink: StageSink): void;
}

export class ServingInstance {
  readonly scheduler: Scheduler;
  readonly totals: InstanceTotals;
  readonly gpuTime: GpuTime;
  /** The batch whose iteration runs. */
  running: Batch | null = null;
  startNs = 0;
  /** Iterations started so far. */
  started = 0;
  readonly planner: IterationPlanner;
  /** Null without host memory behind the GPU's. */
  readonly host: HostKvLink | null;
  /** Batches that are scheduled and wait for the GPU. */
  private readonly queued: Batch[] = [];
  private readonly depth: number;
  private readonly hostNs: number;
  /** Requests that have arrived since the step before. */
  private readonly arrived: number[] = [];
  /** Since when every running request waits for its KV; null where it is not so. */
  private loadsSinceNs: number | null = null;

  constructor(
    readonly plan: InstancePlan,
    requests: RequestTable,
    private readonly log: RequestLog,
    onTransfer: (transfer: KvTransfer) => void,
  ) {
    const { options, hostKv } = plan;
    this.host = hostKv && new HostKvLink(plan, hostKv, onTransfer);
    const groups = groupsOf(plan, requests.cached);
    this.scheduler = new Scheduler(
      requests,
      options,
      !groups
        ? { kind: "gpu", gpuBlocks: plan.gpuBlocks, host: this.host?.cache ?? null }
        : plan.gpuBlocks === 0
          ? { kind: "pim", groups }
          : { kind: "pim-after-prefill", groups, gpuBlocks: plan.gpuBlocks },
    );
    this.planner = new IterationPlanner(plan);
    this.totals = new InstanceTotals(this.planner.graphs);
    this.gpuTime = new GpuTime(plan.gpuTimes, plan.costs.gpu.range, plan.costs.separateAttention);
    this.hostNs = plan.calibration?.host_ns_per_step ?? 0;
    // An asynchronous engine schedules the next batch while this one runs.
    this.depth = options.asyncScheduling ? 2 : 1;
  }

  /** Outcome of the iteration that runs, or ran last. */
  get played(): Readonly<Played> {
    return this.planner.played;
  }

  /** A request has arrived. */
  enqueue(row: number): void {
    this.scheduler.enqueue(row);
    this.arrived.push(row);
  }

  /** Schedules as many batches as may be in flight. */
  fillQueue(nowNs: number): void {
    while (this.queued.length + (this.running ? 1 : 0) < this.depth) {
      if (this.arrived.length > 0) this.logArrived(nowNs);
      this.host?.startStep(nowNs);
      const batch = this.scheduler.schedule();
      this.host?.endStep(this.running ? this.startNs + this.played.latencyNs : nowNs);
      if (!batch) return;
      this.log.scheduled(batch, nowNs);
      this.queued.push(batch);
    }
  }

  private logArrived(nowNs: number): void {
    for (const row of this.arrived) this.log.queued(row, nowNs);
    this.arrived.length = 0;
  }

  /** Starts the next scheduled batch; returns in how many ns the next may start, or 0 where there is none. */
  start(nowNs: number): number {
    const batch = this.queued.shift();
    this.countLoading(nowNs, batch !== undefined);
    if (!batch) return 0;
    this.running = batch;
    this.startNs = nowNs;
    this.started++;
    this.planner.choose(batch);
    // What the host takes until the GPU has work again: tokens are out behind it, and the GPU stands idle.
    return this.played.latencyNs + this.hostNs;
  }

  /** KV has arrived from host memory: who waited for it runs with the next batch. */
  endLoads(nowNs: number): void {
    for (const row of this.host?.takeLoaded(nowNs) ?? []) this.scheduler.endLoad(row);
  }

  /** Counts the time in which nobody can run before a load has ended. */
  private countLoading(nowNs: number, runs: boolean): void {
    if (this.loadsSinceNs !== null) this.totals.waitsForLoadsNs += nowNs - this.loadsSinceNs;
    this.loadsSinceNs = !runs && this.host?.isLoading ? nowNs : null;
  }

  /** The iteration of the batch that runs, for observers. */
  iteration(batch: Batch): IterationStart {
    const { planner } = this;
    return {
      plan: this.plan,
      index: this.started - 1,
      startNs: this.startNs,
      kind: planner.kind,
      batch,
      division: planner.division,
      table: planner.table,
      played: planner.played,
      replay: (sink) => planner.replay(sink),
    };
  }

  /** Ends the iteration of the batch that runs. */
  finish(batch: Batch, finishedRows: number[]): void {
    const { totals, planner } = this;
    totals.add(planner.kind, batch, planner.table, planner.played);
    this.gpuTime.add(batch, planner.table, planner.played.coveredNs[planner.table.graph.on.gpu]);
    totals.peakBlocks = Math.max(totals.peakBlocks, this.kvBlocks);
    if (planner.division) {
      const savedNs = planner.undivided.latencyNs - planner.played.latencyNs;
      if (savedNs > 0) totals.gainedNs += savedNs;
      else totals.lostNs -= savedNs;
      const { gpu } = planner.table.graph.on;
      totals.extraGpuBusyNs += planner.played.coveredNs[gpu] - planner.undivided.coveredNs[gpu];
    }
    const before = finishedRows.length;
    this.scheduler.complete(batch, finishedRows);
    totals.requests += finishedRows.length - before;
    this.running = null;
  }

  /** Bytes in use on each of its GPUs: weights and KV, on PIM in the same memory too. */
  get gpuMemoryBytes(): number {
    const { pool } = this.scheduler.gpu;
    const onGpu = this.plan.pim?.attach === "gpu" ? this.kvBlocks : pool.count - pool.free;
    return this.plan.weightBytes + onGpu * this.plan.blockBytes;
  }

  /** Bytes of KV in host memory. */
  get hostKvBytes(): number {
    return this.host ? this.host.cache.used * this.plan.blockBytes * this.plan.gpus : 0;
  }

  /** Bytes of PIM memory in use. */
  get pimMemoryBytes(): number {
    return this.scheduler.groups ? this.kvBlocks * this.plan.pimBlockBytes : 0;
  }

  /** Blocks in use where KV stays: on PIM, or else on the GPU. */
  private get kvBlocks(): number {
    const { groups, gpu } = this.scheduler;
    if (!groups) return gpu.pool.count - gpu.pool.free;
    let blocks = 0;
    for (const pool of groups.pools) blocks += pool.count - pool.free;
    return blocks;
  }
}

function groupsOf({ pim, options, model, rank }: InstancePlan, cached: CachedContents): ChannelGroups | null {
  if (!pim) return null;
  const { layout, attention, timing, attendsOnPim } = pim;
  const { stripes } = layout;
  const prefillNs = (context: number, tokens: number, piece: number): number =>
    stripes ? piecePrefill(stripes, attention.pieces, piece, context, tokens) : attention.prefillNs(context, tokens);
  const { heads, headDim } = attentionShape(pim.attach === "host" ? model : rank);
  const placement = placements[options.kvPlacement]({
    timesNs: { decode: attention.decodeNs, prefill: attendsOnPim(true) ? prefillNs : () => 0 },
    heads,
    headDim,
    rowElements: timing.rowBytesPerDevice / attention.shape.elementBytes,
    banks: timing.banks,
  });
  return new ChannelGroups(
    layout.groups,
    layout.blocksPerGroup,
    options.blockSize,
    options.enablePrefixCaching,
    placement,
    stripes && {
      blocks: stripes.stripeTokens / options.blockSize,
      tokensOfPiece: (tokens, piece) => tokensOfPiece(stripes, tokens, piece),
    },
    cached,
  );
}
