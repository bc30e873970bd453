/**
 * @module
 * The numbers that the shapes of a model's layers follow from, on one GPU of an instance.
 */
import { attentionShape, type ModelConfig } from "@tandem-sim/schemas";

/** Elements, on one GPU. */
export interface ModelShape {
  hidden: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Width of the feed-forward layer. */
  inner: number;
  vocab: number;
  maxPositions: number;
}

/** @param model as one GPU holds it: `rankModel` where several share it */
export function modelShape(model: ModelConfig): ModelShape {
  const { heads, kvHeads, headDim } = attentionShape(model);
  return {
    hidden: model.hidden_size,
    heads,
    kvHeads,
    headDim,
    inner: model.intermediate_size,
    vocab: model.vocab_size,
    maxPositions: model.max_position_embeddings,
  };
}
