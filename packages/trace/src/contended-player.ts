/**
 * @module
 * The event times of one iteration in which two resources slow each other down while both run: a GPU that reads its memory,
 * and the PIM that computes in it. Who runs when depends on who ran before, so that this is no recurrence but a simulation
 * from event to event.
 *
 * Work is counted in ns at full speed. Speeds are rounded to 2^-20 and events to whole ns, up: all sums are exact. So once a
 * repeat of a segment begins as the one before did, with the same work left everywhere, every further repeat does: the rest
 * is a multiplication.
 */
import { gpuSlowdown, pimSlowdown } from "@tandem-sim/hardware";
import { isPresent } from "./compiled-segment.js";
import { IdleTimes, type LatestRuns } from "./idle-time.js";
import { type Run, runsInOrder } from "./issued-runs.js";
import type { Played, SchedulePlayer, StageSink } from "./player.js";
import { ABSENT, type StageTable } from "./stage-table.js";
import type { StageGraph } from "./stages.js";

const SPEEDS = 2 ** 20;

/** Work done in a ns by what takes so many times as long. */
const speedAt = (slowdown: number): number => Math.round(SPEEDS / slowdown) / SPEEDS;

/** Whole ns until so much work is done. */
function nsFor(work: number, speed: number): number {
  const ns = Math.ceil(work / speed);
  return ns * speed < work ? ns + 1 : ns;
}

/** A run under way on the resource of several units, at whatever speed that has. */
interface Running {
  run: Run;
  readyNs: number;
  /** Work of the resource at which its last unit ends. */
  lastWork: number;
}

/** The run of one unit, for a sink; its end is not a number until it is known. */
interface UnitRun {
  run: Run;
  unit: number;
  /** Of a resource of several units. */
  startWork: number;
  endWork: number;
  startNs: number;
  endNs: number;
}

/** Plays tables of a graph with resources that contend; keeps its buffers between iterations. */
export class ContendedPlayer implements SchedulePlayer, LatestRuns {
  /** Runs of each resource in the order in which they are issued. */
  private readonly queues: readonly (readonly Run[])[];
  private readonly order: ReadonlyMap<Run, number>;
  private readonly next: Int32Array;
  private readonly isThere: Uint8Array;
  /** Runs of each stage that have ended, and when the latest of them could start, and ended. */
  private readonly ended: Int32Array;
  private readonly ready: Float64Array;
  private readonly end: Float64Array;
  private readonly idle: IdleTimes;

  /** Of resources with one unit: what runs, its work left, and since when nothing has run. */
  private readonly current: (Run | null)[];
  private readonly left: Float64Array;
  private readonly currentReadyNs: Float64Array;
  private readonly startedNs: Float64Array;
  private readonly idleSince: Float64Array;

  /** Of the other resource that contends: work done since it last stood idle; that at which each unit is free; all of it. */
  private doneWork = 0;
  private readonly freeAtWork: Float64Array;
  private allWork = 0;
  private readonly underWay: Running[] = [];

  /** Runs of each resource in a repeat of the segment that repeats. */
  private readonly runsInRepeat: Int32Array;
  private readonly stagesInRepeat: readonly number[];
  /** What a repeat begins with, relative to now, and what the one before began with. */
  private begins: Float64Array;
  private beganWith: Float64Array;
  private beganAtNs = 0;
  /** Behind the repeat that the resource of one unit is in. */
  private repeatsLeft = 0;
  private readonly coveredThen: Float64Array;
  private readonly waitThen: Float64Array;

  private nowNs = 0;
  private unitRuns: UnitRun[] | null = null;

  /** @param contend the resource of one unit, and that of several, which slow each other down; all others have one unit */
  constructor(
    private readonly graph: StageGraph,
    private readonly contend: readonly [single: number, other: number],
  ) {
    const { stages, resources } = graph;
    const runs = runsInOrder(graph);
    this.order = new Map(runs.map((run, at) => [run, at]));
    this.queues = resources.map((_, r) => runs.filter(({ stage }) => stages[stage].resource === r));
    this.next = new Int32Array(resources.length);
    this.isThere = new Uint8Array(stages.length);
    this.ended = new Int32Array(stages.length);
    this.ready = new Float64Array(stages.length);
    this.end = new Float64Array(stages.length);
    this.idle = new IdleTimes(graph);
    this.current = resources.map(() => null);
    this.left = new Float64Array(resources.length);
    this.currentReadyNs = new Float64Array(resources.length);
    this.startedNs = new Float64Array(resources.length);
    this.idleSince = new Float64Array(resources.length);
    this.freeAtWork = new Float64Array(resources[contend[1]].units);
    const repeated = graph.segments.find(({ repeat }) => repeat > 1)?.order ?? [];
    this.stagesInRepeat = repeated;
    this.runsInRepeat = Int32Array.from(resources, (_, r) => repeated.filter((s) => stages[s].resource === r).length);
    const size = 2 * repeated.length + 3 * resources.length + this.freeAtWork.length + 1;
    this.begins = new Float64Array(size);
    this.beganWith = new Float64Array(size);
    this.coveredThen = new Float64Array(resources.length);
    this.waitThen = new Float64Array(resources.length ** 2);
  }

  readyNs(stage: number): number {
    return this.ready[stage];
  }

  endNs(stage: number): number {
    return this.end[stage];
  }

  play(table: StageTable, out: Played, sink: StageSink | null = null, joinUnits = false): void {
    this.start(table, out);
    this.unitRuns = sink ? [] : null;
    do this.startRuns(table, out);
    while (this.advance(table, out));
    out.latencyNs = this.nowNs;
    if (sink) this.report(sink, joinUnits);
  }

  private start(table: StageTable, out: Played): void {
    const { graph, isThere } = this;
    for (let s = 0; s < graph.stages.length; s++) isThere[s] = isPresent(table, s) ? 1 : 0;
    for (const array of [this.next, this.ended, this.ready, this.end, this.idleSince, this.freeAtWork]) array.fill(0);
    out.coveredNs.fill(0);
    out.waitNs.fill(0);
    this.current.fill(null);
    this.underWay.length = 0;
    this.beganWith.fill(Number.NaN);
    this.repeatsLeft = 0;
    this.doneWork = this.allWork = this.nowNs = 0;
  }

  /** Starts what may start now. Runs that take no time end at once, which may let others start. */
  private startRuns(table: StageTable, out: Played): void {
    const [, other] = this.contend;
    for (let again = true; again; ) {
      again = false;
      for (let r = 0; r < this.queues.length; r++) {
        const run = this.nextReady(r);
        if (!run) continue;
        if (r === other) this.startOnUnits(table, out, run);
        else if (this.current[r] === null) this.startAlone(table, out, r, run);
        else continue;
        again = true;
      }
    }
  }

  /** The next run of a resource whose stage the iteration has; null where it has to wait for others. */
  private nextReady(resource: number): Run | null {
    const { isThere, ended, next } = this;
    const queue = this.queues[resource];
    while (next[resource] < queue.length && isThere[queue[next[resource]].stage] === 0) next[resource]++;
    const run = queue[next[resource]];
    if (!run) return null;
    for (const { stage, runs } of run.after) if (isThere[stage] === 1 && ended[stage] < runs) return null;
    return run;
  }

  private readySince({ after }: Run): number {
    let ns = 0;
    for (const { stage, runs } of after) if (runs > 0 && this.end[stage] > ns) ns = this.end[stage];
    return ns;
  }

  private startAlone(table: StageTable, out: Played, resource: number, run: Run): void {
    // The first run of a repeat; with a sink every run is played.
    if (resource === this.contend[0] && run.repeatsLeft !== this.repeatsLeft) {
      this.repeatsLeft = run.repeatsLeft;
      if (run.repeatsLeft > 0 && !this.unitRuns) this.jump(run.repeatsLeft, out);
    }
    this.next[resource]++;
    const readyNs = this.readySince(run);
    this.explain(out, resource, run.stage);
    this.startedNs[resource] = this.nowNs;
    const workNs = table.ns[table.offset[run.stage]];
    if (workNs === 0) this.finish(run, resource, readyNs);
    else {
      this.current[resource] = run;
      this.left[resource] = workNs;
      this.currentReadyNs[resource] = readyNs;
    }
  }

  private startOnUnits(table: StageTable, out: Played, run: Run): void {
    const [, other] = this.contend;
    const { freeAtWork } = this;
    this.next[other]++;
    const readyNs = this.readySince(run);
    if (this.doneWork >= this.allWork) {
      this.explain(out, other, run.stage);
      freeAtWork.fill(0);
      this.doneWork = this.allWork = 0;
    }
    const from = table.offset[run.stage];
    let lastWork = this.doneWork;
    for (let u = 0; u < freeAtWork.length; u++) {
      const workNs = table.ns[from + u];
      if (workNs === ABSENT) continue;
      const startWork = Math.max(freeAtWork[u], this.doneWork);
      freeAtWork[u] = startWork + workNs;
      if (freeAtWork[u] > lastWork) lastWork = freeAtWork[u];
      const endWork = freeAtWork[u];
      this.unitRuns?.push({ run, unit: u, startWork, endWork, startNs: this.nowNs, endNs: Number.NaN });
    }
    if (lastWork > this.allWork) this.allWork = lastWork;
    this.underWay.push({ run, readyNs, lastWork });
  }

  /** Passes over all repeats but the last if this one begins as the one before did. */
  private jump(repeatsLeft: number, out: Played): void {
    this.writeDownBeginning();
    const { begins, beganWith, nowNs } = this;
    const stepNs = nowNs - this.beganAtNs;
    let isSame = true;
    for (let i = 0; i < begins.length && isSame; i++) isSame = begins[i] === beganWith[i];
    if (isSame) {
      for (const stage of this.stagesInRepeat) {
        this.ended[stage] += repeatsLeft;
        this.ready[stage] += stepNs * repeatsLeft;
        this.end[stage] += stepNs * repeatsLeft;
      }
      for (let r = 0; r < this.next.length; r++) {
        this.next[r] += this.runsInRepeat[r] * repeatsLeft;
        this.idleSince[r] += stepNs * repeatsLeft;
        out.coveredNs[r] += (out.coveredNs[r] - this.coveredThen[r]) * repeatsLeft;
      }
      for (let w = 0; w < out.waitNs.length; w++) out.waitNs[w] += (out.waitNs[w] - this.waitThen[w]) * repeatsLeft;
      for (const running of this.underWay) running.readyNs += stepNs * repeatsLeft;
      for (let r = 0; r < this.currentReadyNs.length; r++) this.currentReadyNs[r] += stepNs * repeatsLeft;
      this.nowNs += stepNs * repeatsLeft;
    }
    this.beganWith = begins;
    this.begins = beganWith;
    this.beganAtNs = this.nowNs;
    this.coveredThen.set(out.coveredNs);
    this.waitThen.set(out.waitNs);
  }

  /** All that the rest of the iteration depends on: times from now, work that is left, stages that run. */
  private writeDownBeginning(): void {
    const { begins, nowNs, doneWork, freeAtWork } = this;
    let at = 0;
    for (const stage of this.stagesInRepeat) {
      begins[at++] = this.isThere[stage] === 1 ? this.ready[stage] - nowNs : 0;
      begins[at++] = this.isThere[stage] === 1 ? this.end[stage] - nowNs : 0;
    }
    for (let r = 0; r < this.current.length; r++) {
      const run = this.current[r];
      begins[at++] = run ? run.stage : -1;
      begins[at++] = run ? this.left[r] : 0;
      begins[at++] = this.idleSince[r] - nowNs;
    }
    for (let u = 0; u < freeAtWork.length; u++) begins[at++] = Math.max(0, freeAtWork[u] - doneWork);
    begins[at] = this.underWay.length;
  }

  private explain(out: Played, resource: number, stage: number): void {
    const sinceNs = this.idleSince[resource];
    if (this.graph.resources[resource].explainsIdle && sinceNs < this.nowNs) {
      this.idle.explain(out.waitNs, this, stage, sinceNs, this.nowNs);
    }
  }

  private finish(run: Run, resource: number, readyNs: number): void {
    const { nowNs } = this;
    this.ended[run.stage]++;
    this.ready[run.stage] = readyNs;
    this.end[run.stage] = nowNs;
    this.idleSince[resource] = nowNs;
    if (!this.unitRuns || resource === this.contend[1]) return;
    this.unitRuns.push({ run, unit: 0, startWork: 0, endWork: 0, startNs: this.startedNs[resource], endNs: nowNs });
  }

  /** Goes on to the next event; false where nothing runs. */
  private advance(table: StageTable, out: Played): boolean {
    const [single, other] = this.contend;
    const { current, left, underWay } = this;
    const alone = current[single];
    const both = alone !== null && underWay.length > 0;
    const asked = both ? table.asked[alone.stage] : 0;
    const otherSpeed = both ? speedAt(pimSlowdown(asked)) : 1;
    const singleSpeed = both ? speedAt(gpuSlowdown(asked)) : 1;
    let ns = Number.POSITIVE_INFINITY;
    for (let r = 0; r < current.length; r++)
      if (current[r]) ns = Math.min(ns, nsFor(left[r], r === single ? singleSpeed : 1));
    for (const { lastWork } of underWay) ns = Math.min(ns, nsFor(lastWork - this.doneWork, otherSpeed));
    if (ns === Number.POSITIVE_INFINITY) return false;

    this.timeUnitRuns(ns, otherSpeed);
    this.nowNs += ns;
    for (let r = 0; r < current.length; r++) {
      const run = current[r];
      if (!run) continue;
      left[r] -= ns * (r === single ? singleSpeed : 1);
      out.coveredNs[r] += ns;
      if (left[r] > 0) continue;
      current[r] = null;
      this.finish(run, r, this.currentReadyNs[r]);
    }
    if (underWay.length === 0) return true;
    this.doneWork += ns * otherSpeed;
    out.coveredNs[other] += ns;
    for (let at = 0; at < underWay.length; ) {
      const { run, readyNs, lastWork } = underWay[at];
      if (lastWork > this.doneWork) at++;
      else {
        underWay.splice(at, 1);
        this.finish(run, other, readyNs);
      }
    }
    return true;
  }

  /** Gives runs of units their times where they start or end within the next `ns`. */
  private timeUnitRuns(ns: number, speed: number): void {
    if (!this.unitRuns) return;
    const untilWork = this.doneWork + ns * speed;
    const at = (work: number): number => this.nowNs + nsFor(work - this.doneWork, speed);
    for (const one of this.unitRuns) {
      if (!Number.isNaN(one.endNs)) continue;
      if (one.startWork > this.doneWork && one.startWork <= untilWork) one.startNs = at(one.startWork);
      if (one.endWork <= untilWork) one.endNs = at(one.endWork);
    }
  }

  private report(sink: StageSink, joinUnits: boolean): void {
    const { order } = this;
    const at = ({ run }: UnitRun): number => order.get(run) ?? 0;
    const unitRuns = (this.unitRuns ?? []).sort((a, b) => at(a) - at(b) || a.unit - b.unit);
    for (let i = 0; i < unitRuns.length; ) {
      const { run, unit, startNs, endNs } = unitRuns[i++];
      let firstNs = startNs;
      let lastNs = endNs;
      for (; joinUnits && unitRuns[i]?.run === run; i++) {
        firstNs = Math.min(firstNs, unitRuns[i].startNs);
        lastNs = Math.max(lastNs, unitRuns[i].endNs);
      }
      sink(run.stage, joinUnits ? 0 : unit, run.layer, firstNs, lastNs);
    }
    this.unitRuns = null;
  }
}
