/**
 * @module
 * Orders in which sub-batches are issued, as data. A sub-batch goes through every layer in three parts, and each resource
 * runs what is issued to it in that order. Which order is best depends on what there is to hide: docs/tensor-parallelism.md
 * has the measurement that chose these.
 */

/** Up to the output projection, the MLP, into the next attention. An all-reduce ends each of the first two, if there is one. */
export type LayerPart = "out" | "mlp" | "into";

/** A part of one sub-batch. */
export interface IssueStep {
  part: LayerPart;
  subBatch: number;
  /** Of the next layer, as `into` always is. */
  ahead?: true;
}

/** What is issued for a layer. */
export type IssueOrder = (subBatches: number) => readonly IssueStep[];

const all = (subBatches: number, part: LayerPart): IssueStep[] =>
  Array.from({ length: subBatches }, (_, subBatch) => ({ part, subBatch }));

/** One sub-batch after the other. Attention has the dense layers of the others to hide behind, all-reduces have nothing. */
export const inTurn: IssueOrder = (subBatches) =>
  all(subBatches, "out").flatMap(({ subBatch }) => [
    { part: "out", subBatch },
    { part: "mlp", subBatch },
    { part: "into", subBatch },
  ]);

/**
 * Two sub-batches half a layer apart: each all-reduce runs beside a dense part of the other sub-batch, each attention
 * beside the other's MLP.
 */
export const crossed: IssueOrder = () => [
  { part: "mlp", subBatch: 0 },
  { part: "out", subBatch: 1 },
  { part: "into", subBatch: 0 },
  { part: "mlp", subBatch: 1 },
  { part: "out", subBatch: 0, ahead: true },
  { part: "into", subBatch: 1 },
];

/** Part by part: each all-reduce runs beside the same part of the other sub-batch, attention beside next to nothing. */
export const partByPart: IssueOrder = (subBatches) => [
  ...all(subBatches, "out"),
  ...all(subBatches, "mlp"),
  ...all(subBatches, "into"),
];

/** Those worth trying on two sub-batches; all but the first hide all-reduces. */
export const issueOrders: readonly IssueOrder[] = [inTurn, crossed, partByPart];
