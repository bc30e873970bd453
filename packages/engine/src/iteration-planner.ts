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
  type DecoderGraph,
  Division,
  fillTable,
  foldTable,
  type Played,
  Player,
  runsOf,
  SplitWorkspace,
  type StageSink,
} from "@tandem-sim/trace";
import type { IterationKind } from "./instance-totals.js";
import type { InstancePlan } from "./plan.js";

/** Sub-batches of an interleaved iteration. */
const SUB_BATCHES = 2;

/** A topology, and one iteration of it. */
interface Schedule {
  table: BatchTable;
  player: Player;
  played: Played;
  /** Of each stage. */
  runs: Int32Array;
}

function createSchedule(graph: DecoderGraph): Schedule {
  return {
    table: createBatchTable(graph),
    player: new Player(graph),
    played: createPlayed(graph),
    runs: runsOf(graph),
  };
}

/** What an instance needs to divide batches. */
interface Divided extends Schedule {
  division: Division;
  workspace: SplitWorkspace;
}

export class IterationPlanner {
  readonly graphs: readonly DecoderGraph[];
  kind: IterationKind = "serial";
  private readonly whole: Schedule;
  /** Null without interleaving. */
  private readonly divided: Divided | null = null;
  private chosen: Schedule;

  constructor(private readonly plan: InstancePlan) {
    const { costs, pim, split } = plan;
    const shape = { layers: costs.layers, pim: pim && { ...pim.layout, firstChannel: pim.firstChannel } };
    const graph = createDecoderGraph({ ...shape, subBatches: 1 });
    this.whole = createSchedule(graph);
    this.chosen = this.whole;
    this.graphs = [graph];
    if (!split) return;
    const interleaved = createDecoderGraph({ ...shape, subBatches: SUB_BATCHES });
    this.graphs = [graph, interleaved];
    this.divided = {
      ...createSchedule(interleaved),
      division: new Division(SUB_BATCHES),
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
    return this.chosen === this.divided ? this.divided.division : null;
  }

  /** The same batch undivided; where it was divided, what that is held against. */
  get undivided(): Readonly<Played> {
    return this.whole.played;
  }

  /** Plays the chosen schedule again, run by run. */
  replay(sink: StageSink): void {
    const { player, table, played } = this.chosen;
    player.play(table, played, sink);
  }

  /** Costs and plays a batch; chooses how it runs. */
  choose(batch: Batch): void {
    const { costs, options, split } = this.plan;
    const { whole, divided } = this;
    this.chosen = whole;
    this.kind = batch.size === 1 ? "single_request" : "serial";
    if (!divided || !split?.(batch, divided.division, divided.workspace)) {
      fillTable(whole.table, batch, null, costs);
      whole.player.play(whole.table, whole.played);
      return;
    }
    const { division } = divided;
    fillTable(divided.table, batch, division, costs);
    divided.player.play(divided.table, divided.played);
    // Both parts of a cut prefill attend to the earlier part: not the sum of the parts.
    if (division.cutIndex >= 0) fillTable(whole.table, batch, null, costs);
    else foldTable(whole.table, divided.table, costs);
    whole.player.play(whole.table, whole.played);
    if (options.subBatchPolicy === "auto" && divided.played.latencyNs >= whole.played.latencyNs) {
      this.kind = "serial";
      return;
    }
    this.chosen = divided;
    this.kind = division.cutIndex >= 0 ? "chunked" : "interleaved";
  }
}
