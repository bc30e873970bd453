/**
 * @module
 * The numbers that the shapes of a model's layers follow from, on one GPU of an instance.
 */
import { attentionShape, type ModelConfig, TandemError } from "@tandem-sim/schemas";

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
 * Query heads, feed-forward width and vocabulary are divided over the GPUs; KV heads too, but each GPU has one at least,
 * as vLLM does it.
 *
 * @param tp GPUs that share each layer
 * @throws {TandemError} E_USAGE where they cannot share the heads, or the feed-forward layer, evenly
 */
export function modelShape(model: ModelConfig, tp = 1): ModelShape {
  const { heads, kvHeads, headDim } = attentionShape(model);
  const evenly = heads % tp === 0 && model.intermediate_size % tp === 0 && (kvHeads % tp === 0 || tp % kvHeads === 0);
  if (!evenly) {
    throw new TandemError(
      "E_USAGE",
      `${tp} GPUs cannot share ${heads} query heads, ${kvHeads} KV heads and ${model.intermediate_size} feed-forward columns evenly`,
      { hint: "tp_size divides them, or is a multiple of the KV heads" },
    );
  }
  return {
    hidden: model.hidden_size,
    heads: heads / tp,
    kvHeads: Math.max(1, kvHeads / tp),
    headDim,
    inner: model.intermediate_size / tp,
    vocab: Math.ceil(model.vocab_size / tp),
    maxPositions: model.max_position_embeddings,
  };
}
