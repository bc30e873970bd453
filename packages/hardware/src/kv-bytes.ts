/**
 * @module
 * Bytes that the KV cache of a token takes; whoever counts KV bytes asks here.
 */
import { type AttentionShape, attentionShape, type ModelConfig } from "@tandem-sim/schemas";

/** Bytes of K and V of one token in one layer. */
export const kvBytesPerLayer = (
  { kvHeads, headDim }: Pick<AttentionShape, "kvHeads" | "headDim">,
  kvElementBytes: number,
): number => 2 * kvHeads * headDim * kvElementBytes;

/** Bytes of K and V of one token over all layers. */
export const kvBytesPerToken = (model: ModelConfig, kvElementBytes: number): number =>
  model.num_hidden_layers * kvBytesPerLayer(attentionShape(model), kvElementBytes);
