/**
 * @module
 * The numbers that the shapes of a model's layers follow from, on one GPU of an instance.
 */
import { attentionShape, type ModelConfig } from "@tandem-sim/schemas";
import { rankModel } from "../rank-model.js";

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

/**
 * @param tp GPUs that share each layer
 * @throws {TandemError} E_SCHEMA where they cannot, as `rankModel`
 */
export function modelShape(model: ModelConfig, tp = 1): ModelShape {
  const rank = rankModel(model, tp);
  const { heads, kvHeads, headDim } = attentionShape(rank);
  return {
    hidden: rank.hidden_size,
    heads,
    kvHeads,
    headDim,
    inner: rank.intermediate_size,
    vocab: rank.vocab_size,
    maxPositions: rank.max_position_embeddings,
  };
}
