/**
 * @module
 * What a split is: a rule that divides a batch into sub-batches.
 */
import type { Batch } from "@tandem-sim/scheduler";
import { type BatchTable, createBatchTable, fillTable } from "../batch-table.js";
import type { IterationCosts } from "../costs.js";
import { createPlayer } from "../create-player.js";
import type { DecoderGraph } from "../decoder-graph.js";
import { Division } from "../division.js";
import { createPlayed, type Played, type SchedulePlayer } from "../player.js";
import { CyclePrediction } from "../predicted-cycle.js";

/** What a split of one instance may look at beside the batch, and its buffers. */
export class SplitWorkspace {
  readonly candidate: Division;
  /** Requests of a batch in some order; grows with the batch. */
  ranks = new Int32Array(128);
  /** Weight of each sub-batch, then of each on each channel group. */
  readonly weights: Float64Array;
  private readonly table: BatchTable;
  private readonly prediction: CyclePrediction;
  private readonly player: SchedulePlayer;
  private readonly played: Played;

  constructor(
    readonly costs: IterationCosts,
    graph: DecoderGraph,
  ) {
    this.candidate = new Division(graph.subBatches);
    this.table = createBatchTable(graph);
    this.prediction = new CyclePrediction(graph, graph.layer);
    this.player = createPlayer(graph);
    this.played = createPlayed(graph);
    this.weights = new Float64Array(graph.subBatches * (1 + (costs.pim?.layout.groups ?? 0)));
  }

  /** The predicted cycle of a batch divided so; infinite where a sub-batch would yield nothing. */
  cycleNs(batch: Batch, division: Division, options: { mayLackLogits: boolean }): number {
    fillTable(this.table, batch, division, this.costs);
    if (!options.mayLackLogits && this.table.sequences.includes(0)) return Number.POSITIVE_INFINITY;
    return this.prediction.cycleNs(this.table);
  }

  /** The exact latency of a batch divided so. */
  latencyNs(batch: Batch, division: Division): number {
    fillTable(this.table, batch, division, this.costs);
    this.player.play(this.table, this.played);
    return this.played.latencyNs;
  }
}

/**
 * Fills `division` for a batch; no sub-batch may stay empty, and `division.keepsDependencies(batch)`.
 *
 * @returns false where the batch cannot be divided
 */
export interface SplitRule {
  (batch: Batch, division: Division, workspace: SplitWorkspace): boolean;
  /** It does not look at contexts: requests that decode a token each are divided the same way in every step. */
  readonly ignoresContexts?: boolean;
}
