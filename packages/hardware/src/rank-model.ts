/**
 * @module
 * The part of a model that one GPU of an instance holds: tensor parallelism as vLLM does it. All that follows from a
 * model config (weights, KV, sizes of layers) follows from that part for one GPU.
 */
import { attentionShape, type ModelConfig, TandemError } from "@tandem-sim/schemas";

/** vLLM pads vocabularies to a multiple of it before it divides them. */
const VOCAB_PADDING = 64;

/**
 * Heads, the MLP, embedding and head are divided; norms are on every GPU. A KV head is held more than once where there
 * are more GPUs than KV heads.
 *
 * @param tp GPUs of the instance
 * @param where place of `tp` in the config, for the error
 * @throws {TandemError} E_SCHEMA where `tp` does not divide the model
 * @example
 * rankModel(llama, 2).num_attention_heads; // 16
 */
export function rankModel(model: ModelConfig, tp: number, where?: string): ModelConfig {
  if (tp === 1) return model;
  const { heads, kvHeads, headDim } = attentionShape(model);
  const { intermediate_size: inner, vocab_size: vocab } = model;
  const refuse = (what: string): never => {
    throw new TandemError("E_SCHEMA", `${tp} GPUs cannot share ${what} evenly`, {
      ...(where ? { where } : {}),
      hint: `tp_size has to divide the model's ${heads} query heads and ${inner} columns of the MLP, and its ${kvHeads} KV heads or be a multiple of them`,
    });
  };
  if (heads % tp !== 0) refuse(`${heads} query heads`);
  if (Math.max(kvHeads, tp) % Math.min(kvHeads, tp) !== 0) refuse(`${kvHeads} KV heads`);
  if (inner % tp !== 0) refuse(`${inner} columns of the MLP`);
  return {
    ...model,
    num_attention_heads: heads / tp,
    num_key_value_heads: Math.max(1, kvHeads / tp),
    head_dim: headDim,
    intermediate_size: inner / tp,
    vocab_size: Math.ceil((VOCAB_PADDING * Math.ceil(vocab / VOCAB_PADDING)) / tp),
  };
}
