/**
 * @module
 * One iteration: its stages, what they cost, how a batch is divided, the exact schedule, and its text form. Start with
 * stages.ts, then batch-table.ts and player.ts.
 */
export { attentionNs, type BatchTable, createBatchTable, fillTable, foldTable } from "./batch-table.js";
export { ContendedPlayer } from "./contended-player.js";
export type { IterationCosts } from "./costs.js";
export { createPlayer } from "./create-player.js";
export {
  createDecoderGraph,
  type DecoderGraph,
  type DecoderShape,
  type LinkStages,
  type PimTopology,
  type SubBatchStages,
  shapeOf,
} from "./decoder-graph.js";
export { Division } from "./division.js";
export {
  crossed,
  type IssueOrder,
  type IssueStep,
  inTurn,
  issueOrders,
  type LayerPart,
  partByPart,
} from "./issue-order.js";
export { createPlayed, type Played, Player, type SchedulePlayer, type StageSink } from "./player.js";
export { CyclePrediction } from "./predicted-cycle.js";
export { type SplitRule, SplitWorkspace, splits } from "./splits/index.js";
export { ABSENT, addUnitBusy, createStageTable, issued, longestNs, type StageTable } from "./stage-table.js";
export { type AttentionWork, type CostedBatch, type StageWork, stageWork } from "./stage-work.js";
export { type Resource, runsOf, type Segment, type Stage, type StageGraph, sumOfKind, unitOffsets } from "./stages.js";
export { parseText } from "./text/parse-text.js";
export { replayText } from "./text/replay-text.js";
export type { TraceRow } from "./text/row.js";
export { type TraceSource, toText } from "./text/write-text.js";
