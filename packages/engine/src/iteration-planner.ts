/**
 * @module
 * Decides how a batch runs: undivided or in sub-batches. Holds the topologies of an instance, their tables and players.
 */
import type { Batch } from "@tandem-sim/scheduler";
import {
  type BatchTable,
  createBatchTable,
  createDecoderGraph,
  createPlayed,
  createPlayer,
  type DecoderGraph,
  Division,
  fillTable,
  foldTable,
  type IterationCosts,
  inTurn,
  issueOrders,
  type Played,
  runsOf,
  type SchedulePlayer,
  type SplitRule,
  SplitWorkspace,
  type StageSink,
  shapeOf,
} from "@tandem-sim/trace";
import type { IterationKind } from "./instance-totals.js";
import type { InstancePlan } from "./plan.js";

/** Sub-batches of an interleaved iteration. */
const SUB_BATCHES = 2;

/** A topology, and one iteration of it. */
interface Schedule {
  table: BatchTable;
  player: SchedulePlayer;
  played: Played;
  /** Of each stage. */
  runs: Int32Array;
}

/** @param table left out: one of its own */
function createSchedule(graph: DecoderGraph, table = createBatchTable(graph)): Schedule {
  return {
    table,
    player: createPlayer(graph),
    played: createPlayed(graph),
    runs: runsOf(graph),
  };
}

/** What an instance needs to divide batches. */
interface Divided {
  division: Division;
  workspace: SplitWorkspace;
  /** Version of the cohort that was divided last, -1 where it was no cohort. */
  version: number;
  /** One per issue order; they share their durations. */
  orders: readonly [Schedule, ...Schedule[]];
}

export class IterationPlanner {
  readonly graphs: readonly DecoderGraph[];
  kind: IterationKind = "serial";
  private readonly whole: Schedule;
  /** Null without interleaving. */
  private readonly divided: Divided | null = null;
  private chosen: Schedule;

  constructor(private readonly plan: InstancePlan) {
    const { costs, split } = plan;
    const shape = shapeOf(costs);
    const graph = createDecoderGraph({ ...shape, subBatches: 1 });
    this.whole = createSchedule(graph);
    this.chosen = this.whole;
    this.graphs = [graph];
    if (!split) return;
    const interleaved = createDecoderGraph({ ...shape, subBatches: SUB_BATCHES });
    this.graphs = [graph, interleaved];
    const first = createSchedule(interleaved);
    // Other orders hide all-reduces, and nothing else.
    const others = issueOrders
      .filter((order) => costs.collective && order !== inTurn)
      .map((order) => createDecoderGraph({ ...shape, subBatches: SUB_BATCHES, order }))
      .map((ordered) => createSchedule(ordered, { ...first.table, graph: ordered }));
    this.divided = {
      orders: [first, ...others],
      division: new Division(SUB_BATCHES),
      version: -1,
      workspace: new SplitWorkspace(costs, interleaved),
    };
  }

  get table(): BatchTable {
    return this.chosen.table;
  }

  get played(): Readonly<Played> {
    return this.chosen.played;
  }

  /** How often each stage of the table runs. */
  get runs(): Int32Array {
    return this.chosen.runs;
  }

  /** How the batch is divided; null where it runs undivided. */
  get division(): Division | null {
    return this.divided && this.chosen !== this.whole ? this.divided.division : null;
  }

  /** The same batch undivided; where it was divided, what that is held against. */
  get undivided(): Readonly<Played> {
    return this.whole.played;
  }

  /** Plays the chosen schedule again, run by run. @param joinUnits the units of a run as one */
  replay(sink: StageSink, joinUnits = false): void {
    const { player, table, played } = this.chosen;
    player.play(table, played, sink, joinUnits);
  }

  /** Costs and plays a batch; chooses how it runs. */
  choose(batch: Batch): void {
    const { costs, options, split } = this.plan;
    const { whole, divided } = this;
    this.chosen = whole;
    this.kind = batch.size === 1 ? "single_request" : "serial";
    if (!divided || !split || !divide(split, divided, batch)) {
      fillTable(whole.table, batch, null, costs);
      whole.player.play(whole.table, whole.played);
      return;
    }
    const { division } = divided;
    const best = playDivided(divided, batch, costs);
    // Both parts of a cut prefill attend to the earlier part: not the sum of the parts.
    if (division.cutIndex >= 0) fillTable(whole.table, batch, null, costs);
    else foldTable(whole.table, best.table, costs);
    whole.player.play(whole.table, whole.played);
    if (options.subBatchPolicy === "auto" && best.played.latencyNs >= whole.played.latencyNs) {
      this.kind = "serial";
      return;
    }
    this.chosen = best;
    this.kind = division.cutIndex >= 0 ? "chunked" : "interleaved";
  }
}

/** Divides a batch; false where that cannot be. A cohort that has been divided stays so as long as the rule has no reason to look again. */
function divide(split: SplitRule, divided: Divided, batch: Batch): boolean {
  const version = split.ignoresContexts && batch.cohort.size === batch.size ? batch.cohort.version : -1;
  if (version >= 0 && version === divided.version) return true;
  const isDivided = split(batch, divided.division, divided.workspace);
  divided.version = isDivided ? version : -1;
  return isDivided;
}

/** Costs and plays a divided batch in every order; gives the shortest schedule, of equal ones the first. */
function playDivided({ orders, division }: Divided, batch: Batch, costs: IterationCosts): Schedule {
  let [best] = orders;
  fillTable(best.table, batch, division, costs);
  for (const schedule of orders) {
    schedule.player.play(schedule.table, schedule.played);
    if (schedule.played.latencyNs < best.played.latencyNs) best = schedule;
  }
  return best;
}
