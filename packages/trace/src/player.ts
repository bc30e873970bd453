/**
 * @module
 * The exact event times of one iteration: every stage starts as soon as what it waits for has ended and the units that it
 * runs on are free, in the order in which stages are issued.
 *
 * One repeat of a segment is one step of a max-plus recurrence on the times at which units are free and stages end. Once a
 * step moves all of them by the same amount, every further step does: the rest is a multiplication, and stays exact.
 */
import { type CompiledSegment, compileSegment, presentStages } from "./compiled-segment.js";
import { IdleTimes, type LatestRuns } from "./idle-time.js";
import { ABSENT, type StageTable } from "./stage-table.js";
import { type StageGraph, unitOffsets } from "./stages.js";

/** Outcome of a play. All values are whole ns. */
export interface Played {
  /** From the iteration's start to its end. */
  latencyNs: number;
  /** Time in which at least one unit of a resource runs something. Index: resource. */
  coveredNs: Float64Array;
  /**
   * Time in which no unit of a resource runs anything while what the next one waits for is on another resource, or in its
   * queue. Index: `waiting * resources + waitedFor`. Zero for resources that do not explain their idle times.
   */
  waitNs: Float64Array;
}

export function createPlayed({ resources }: StageGraph): Played {
  return {
    latencyNs: 0,
    coveredNs: new Float64Array(resources.length),
    waitNs: new Float64Array(resources.length ** 2),
  };
}

/** Receives every run of a stage on a unit, in the order in which they are issued; times from the iteration's start. */
export type StageSink = (stage: number, unit: number, layer: number, startNs: number, endNs: number) => void;

/** Computes schedules of tables of one graph. */
export interface SchedulePlayer {
  /**
   * Computes the schedule of `table` into `out`; with a sink, run by run.
   *
   * @param joinUnits the sink receives the units of a run as one, unit 0: their first start and their last end
   */
  play(table: StageTable, out: Played, sink?: StageSink | null, joinUnits?: boolean): void;
}

/** A bit for each in the mantissa of a number. */
const MOST_STAGES = 52;

/**
 * Plays tables of one graph; keeps its buffers between iterations. Segments are compiled once for
 * every set of stages that an iteration may have: there are few.
 */
export class Player implements SchedulePlayer, LatestRuns {
  private readonly unitAt: Int32Array;
  /**
   * When each unit is free; then, by resource, until when some unit has been busy; then, by stage, when its latest run
   * could start at the earliest; then, by stage, when it ended.
   */
  private readonly state: Float64Array;
  private readonly coveredAt: number;
  private readonly readyAt: number;
  private readonly endAt: number;
  /** Values before a repeat: of the state's slots that it moves, of covered times and of waits. */
  private readonly stateBefore: Float64Array;
  private readonly coveredBefore: Float64Array;
  private readonly waitBefore: Float64Array;
  /** Compiled segments by what an iteration has: a bit for each stage. */
  private readonly compiled = new Map<number, readonly CompiledSegment[]>();
  private readonly layer: Int32Array;
  private readonly idle: IdleTimes;

  /** @throws {RangeError} where a stage of a repeated segment waits for one of another segment, or there are over 52 */
  constructor(private readonly graph: StageGraph) {
    const { stages, resources, segments } = graph;
    for (const { order, repeat } of segments) if (repeat > 1) checkRepeated(graph, order);
    this.unitAt = unitOffsets(graph);
    this.coveredAt = this.unitAt[resources.length];
    this.readyAt = this.coveredAt + resources.length;
    this.endAt = this.readyAt + stages.length;
    this.state = new Float64Array(this.endAt + stages.length);
    this.stateBefore = new Float64Array(this.state.length);
    this.coveredBefore = new Float64Array(resources.length);
    this.waitBefore = new Float64Array(resources.length ** 2);
    if (stages.length > MOST_STAGES) throw new RangeError(`${stages.length} stages, ${MOST_STAGES} at most`);
    this.layer = new Int32Array(stages.length);
    this.idle = new IdleTimes(graph);
  }

  readyNs(stage: number): number {
    return this.state[this.readyAt + stage];
  }

  endNs(stage: number): number {
    return this.state[this.endAt + stage];
  }

  play(table: StageTable, out: Played, sink: StageSink | null = null, joinUnits = false): void {
    clear(this.state);
    clear(out.coveredNs);
    clear(out.waitNs);
    if (sink !== null) this.layer.set(this.graph.stages.map(({ firstLayer }) => firstLayer));
    for (const segment of this.segmentsFor(table)) {
      const { repeat } = segment;
      for (let done = 0; done < repeat; done++) {
        // The first repeat hardly ever goes on as the segment before it ended.
        const mayJump = sink === null && done > 0 && done + 1 < repeat;
        if (mayJump) this.remember(segment, out);
        this.step(table.ns, segment, out, sink, joinUnits);
        if (mayJump && this.jump(segment, out, repeat - done - 1)) break;
      }
    }
    let latencyNs = 0;
    for (let unit = 0; unit < this.coveredAt; unit++) if (this.state[unit] > latencyNs) latencyNs = this.state[unit];
    out.latencyNs = latencyNs;
  }

  private segmentsFor(table: StageTable): readonly CompiledSegment[] {
    const { unitAt, coveredAt, readyAt, endAt } = this;
    const has = presentStages(table);
    let segments = this.compiled.get(has);
    if (!segments) {
      const layout = { unitAt, coveredAt, readyAt, endAt };
      segments = this.graph.segments.map((segment) => compileSegment(table, segment, layout));
      this.compiled.set(has, segments);
    }
    return segments;
  }

  private remember({ slots }: CompiledSegment, { coveredNs, waitNs }: Played): void {
    const { state, stateBefore, coveredBefore, waitBefore } = this;
    for (let i = 0; i < slots.length; i++) stateBefore[i] = state[slots[i]];
    for (let r = 0; r < coveredNs.length; r++) coveredBefore[r] = coveredNs[r];
    for (let w = 0; w < waitNs.length; w++) waitBefore[w] = waitNs[w];
  }

  /** One repeat of a segment. */
  private step(
    ns: Float64Array,
    { code }: CompiledSegment,
    out: Played,
    sink: StageSink | null,
    joinUnits: boolean,
  ): void {
    const { state, coveredAt, readyAt, endAt } = this;
    for (let at = 0; at < code.length; ) {
      const stage = code[at++];
      const resource = code[at++];
      const explains = code[at++];
      let readyNs = 0;
      for (const afterEnd = at + 1 + code[at++]; at < afterEnd; at++) {
        const endNs = state[code[at]];
        if (endNs > readyNs) readyNs = endNs;
      }
      // Of all units: the first start and the last end.
      let firstNs = Number.POSITIVE_INFINITY;
      let lastNs = 0;
      for (const unitsEnd = at + 1 + code[at++]; at < unitsEnd; at += 2) {
        const durationNs = ns[code[at + 1]];
        if (durationNs === ABSENT) continue;
        const unit = code[at];
        const freeNs = state[unit];
        const startNs = freeNs > readyNs ? freeNs : readyNs;
        const endNs = startNs + durationNs;
        state[unit] = endNs;
        if (startNs < firstNs) firstNs = startNs;
        if (endNs > lastNs) lastNs = endNs;
        if (sink !== null && !joinUnits) sink(stage, unit - this.unitAt[resource], this.layer[stage], startNs, endNs);
      }
      if (sink !== null) {
        if (joinUnits) sink(stage, 0, this.layer[stage], firstNs, lastNs);
        this.layer[stage]++;
      }
      state[readyAt + stage] = readyNs;
      state[endAt + stage] = lastNs;
      const coveredNs = state[coveredAt + resource];
      if (lastNs <= coveredNs) continue;
      state[coveredAt + resource] = lastNs;
      if (firstNs <= coveredNs) out.coveredNs[resource] += lastNs - coveredNs;
      else {
        out.coveredNs[resource] += lastNs - firstNs;
        if (explains === 1) this.idle.explain(out.waitNs, this, stage, coveredNs, firstNs);
      }
    }
  }

  /** Passes over `rest` repeats of a segment if the last one moved everything by the same amount. */
  private jump({ slots }: CompiledSegment, { coveredNs, waitNs }: Played, rest: number): boolean {
    const { state, stateBefore, coveredBefore, waitBefore } = this;
    let stepNs = -1;
    for (let i = 0; i < slots.length; i++) {
      const nowNs = state[slots[i]];
      // A unit that has nothing to do, or nothing that takes time: it stays at the start.
      if (nowNs === 0) continue;
      const movedNs = nowNs - stateBefore[i];
      if (stepNs < 0) stepNs = movedNs;
      else if (movedNs !== stepNs) return false;
    }
    for (let i = 0; i < slots.length; i++) if (state[slots[i]] !== 0) state[slots[i]] += stepNs * rest;
    for (let r = 0; r < coveredNs.length; r++) coveredNs[r] += (coveredNs[r] - coveredBefore[r]) * rest;
    for (let w = 0; w < waitNs.length; w++) waitNs[w] += (waitNs[w] - waitBefore[w]) * rest;
    return true;
  }
}

/** Arrays this short are cleared before a call of fill() has begun. */
function clear(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = 0;
}

function checkRepeated({ stages }: StageGraph, order: readonly number[]): void {
  for (const stage of order) {
    const foreign = stages[stage].after.find((other) => !order.includes(other));
    if (foreign !== undefined)
      throw new RangeError(`${stages[stage].name} repeats, and waits for ${stages[foreign].name}, which does not`);
  }
}
