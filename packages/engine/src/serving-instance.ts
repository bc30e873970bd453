/**
 * @module
 * One instance at work: its scheduler, the batches in flight, and the program of the one that runs.
 */
import { type Batch, ChannelGroups, type RequestTable, Scheduler } from "@tandem-sim/scheduler";
import { createProgram, fillProgram, type Program, Split } from "@tandem-sim/trace";
import type { InstancePlan } from "./plan.js";
import { createPlayed, type Played, Player, type Recorder } from "./play.js";

/** Why an iteration ran as it did. */
export type IterationKind = "interleaved" | "chunked" | "serial" | "single_request";

/** Sums over the iterations that an instance has finished. Times ns. */
export interface InstanceTotals {
  iterations: Record<IterationKind, number>;
  /** Latency that interleaving saved or cost against the same batches undivided. */
  gainedNs: number;
  lostNs: number;
  /** GPU time of interleaved iterations beyond the same batches undivided: weights are read once per half. */
  extraGpuBusyNs: number;
  /** Time in which an iteration ran. */
  runningNs: number;
  gpuBusyNs: number;
  gpuWaitsForPimNs: number;
  gpuWaitsForLinkNs: number;
  pimBusyNs: number;
  pimWaitsForLinkNs: number;
  /** Time that each channel group computes. */
  groupBusyNs: Float64Array;
  upBusyNs: number;
  downBusyNs: number;
  upBytes: number;
  downBytes: number;
  requests: number;
}

/** An iteration as it starts, for observers. Reused: copy what you keep. */
export interface IterationStart {
  plan: InstancePlan;
  /** Number of the iteration on its instance, from 0. */
  index: number;
  startNs: number;
  kind: IterationKind;
  batch: Batch;
  /** Null where the batch runs undivided. */
  split: Split | null;
  program: Program;
  played: Readonly<Played>;
  /** Plays the iteration again, op by op. Times are relative to its start. */
  replay(recorder: Recorder): void;
}

/** A program and its outcome. */
interface Candidate {
  program: Program;
  played: Played;
}

export class ServingInstance {
  readonly scheduler: Scheduler;
  readonly totals: InstanceTotals;
  /** The batch whose iteration runs. */
  running: Batch | null = null;
  startNs = 0;
  /** Iterations started so far. */
  started = 0;
  private kind: IterationKind = "serial";
  /** Batches that are scheduled and wait for the GPU. */
  private readonly queued: Batch[] = [];
  private readonly depth: number;
  private readonly player: Player;
  private readonly whole: Candidate;
  private readonly halves: Candidate;
  private readonly scratch: Program;
  private readonly split = new Split();
  /** The one of `whole` and `halves` that runs. */
  private chosen: Candidate;

  constructor(
    readonly plan: InstancePlan,
    requests: RequestTable,
  ) {
    const { options, pim, costs } = plan;
    const groups = pim
      ? new ChannelGroups(pim.groups, pim.blocksPerGroup, options.blockSize, options.enablePrefixCaching)
      : null;
    this.scheduler = new Scheduler(
      requests,
      options,
      !groups
        ? { kind: "gpu", gpuBlocks: plan.gpuBlocks }
        : costs.phase === "all"
          ? { kind: "pim", groups }
          : { kind: "pim-after-prefill", groups, gpuBlocks: plan.gpuBlocks },
    );
    const groupCount = pim?.groups ?? 0;
    this.totals = {
      iterations: { interleaved: 0, chunked: 0, serial: 0, single_request: 0 },
      gainedNs: 0,
      lostNs: 0,
      extraGpuBusyNs: 0,
      runningNs: 0,
      gpuBusyNs: 0,
      gpuWaitsForPimNs: 0,
      gpuWaitsForLinkNs: 0,
      pimBusyNs: 0,
      pimWaitsForLinkNs: 0,
      groupBusyNs: new Float64Array(groupCount),
      upBusyNs: 0,
      downBusyNs: 0,
      upBytes: 0,
      downBytes: 0,
      requests: 0,
    };
    const candidate = (): Candidate => ({ program: createProgram(costs.layers, groupCount), played: createPlayed() });
    this.whole = candidate();
    this.halves = candidate();
    this.chosen = this.whole;
    this.scratch = createProgram(costs.layers, groupCount);
    this.player = new Player(groupCount);
    // An asynchronous engine schedules the next batch while this one runs.
    this.depth = options.asyncScheduling ? 2 : 1;
  }

  /** Outcome of the iteration that runs, or ran last. */
  get played(): Readonly<Played> {
    return this.chosen.played;
  }

  get program(): Program {
    return this.chosen.program;
  }

  /** Schedules as many batches as may be in flight. */
  fillQueue(nowNs: number): void {
    while (this.queued.length + (this.running ? 1 : 0) < this.depth) {
      const batch = this.scheduler.schedule(nowNs);
      if (!batch) return;
      this.queued.push(batch);
    }
  }

  /** Starts the next scheduled batch; returns its latency in ns, or 0 where there is none. */
  start(nowNs: number): number {
    const batch = this.queued.shift();
    if (!batch) return 0;
    this.running = batch;
    this.startNs = nowNs;
    this.started++;
    this.choose(batch);
    return this.chosen.played.latencyNs;
  }

  /** The iteration that runs, for observers. */
  get iteration(): IterationStart {
    return {
      plan: this.plan,
      index: this.started - 1,
      startNs: this.startNs,
      kind: this.kind,
      batch: this.running!,
      split: this.chosen === this.halves ? this.split : null,
      program: this.chosen.program,
      played: this.chosen.played,
      replay: (recorder) => this.replay(recorder),
    };
  }

  /** Ends the iteration that runs. */
  finish(nowNs: number, finishedRows: number[]): void {
    const { totals } = this;
    const { program, played } = this.chosen;
    totals.iterations[this.kind]++;
    totals.runningNs += played.latencyNs;
    totals.gpuBusyNs += played.gpuBusyNs;
    totals.gpuWaitsForPimNs += played.gpuWaitsForPimNs;
    totals.gpuWaitsForLinkNs += played.gpuWaitsForLinkNs;
    totals.pimBusyNs += played.pimBusyNs;
    totals.pimWaitsForLinkNs += played.pimWaitsForLinkNs;
    totals.upBusyNs += played.upBusyNs;
    totals.downBusyNs += played.downBusyNs;
    if (this.chosen === this.halves) {
      const savedNs = this.whole.played.latencyNs - played.latencyNs;
      if (savedNs > 0) totals.gainedNs += savedNs;
      else totals.lostNs -= savedNs;
      totals.extraGpuBusyNs += played.gpuBusyNs - this.whole.played.gpuBusyNs;
    }
    for (let h = 0; h < program.halves; h++) {
      const half = program.half[h]!;
      for (let g = 0; g < program.groups; g++) totals.groupBusyNs[g]! += program.layers * half.groupNs[g]!;
      totals.upBytes += program.layers * half.upBytes;
      totals.downBytes += program.layers * (half.downBytes + half.fetchBytes);
    }
    const before = finishedRows.length;
    this.scheduler.complete(this.running!, nowNs, finishedRows);
    totals.requests += finishedRows.length - before;
    this.running = null;
  }

  /** Plays the running iteration again, op by op. */
  replay(recorder: Recorder): void {
    this.player.play(this.chosen.program, createPlayed(), recorder);
  }

  /** Bytes of GPU memory in use: weights and KV. */
  get gpuMemoryBytes(): number {
    const { pool } = this.scheduler.gpu;
    return this.plan.weightBytes + (pool.count - pool.free) * this.plan.blockBytes;
  }

  /** Bytes of PIM memory in use. */
  get pimMemoryBytes(): number {
    const { groups } = this.scheduler;
    if (!groups) return 0;
    return groups.caches.reduce((sum, { pool }) => sum + (pool.count - pool.free), 0) * this.plan.blockBytes;
  }

  /** Plays the batch undivided and, with interleaving, in halves; decides which of the two runs. */
  private choose(batch: Batch): void {
    const { costs, split, options } = this.plan;
    fillProgram(this.whole.program, batch, null, costs);
    this.player.play(this.whole.program, this.whole.played);
    this.chosen = this.whole;
    this.kind = batch.size === 1 ? "single_request" : "serial";
    if (!split?.(batch, costs, this.split, this.scratch)) return;
    fillProgram(this.halves.program, batch, this.split, costs);
    this.player.play(this.halves.program, this.halves.played);
    const shorter = this.halves.played.latencyNs < this.whole.played.latencyNs;
    if (options.subBatchPolicy === "auto" && !shorter) {
      this.kind = "serial";
      return;
    }
    this.chosen = this.halves;
    this.kind = this.split.cutIndex >= 0 ? "chunked" : "interleaved";
  }
}
