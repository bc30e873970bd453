/**
 * @module
 * Sizes that follow from a model config: its weights, and the tensors of each layer.
 */
import { attentionShape, type ModelConfig, TandemError } from "@tandem-sim/schemas";
import { architectureOf, type LayerName } from "./gpu/architecture.js";
import { kvBytesPerLayer } from "./kv-bytes.js";

/** Bytes read and written by one layer. */
export interface LayerSizes {
  input: number;
  weight: number;
  output: number;
}

/** Token ids travel as int32. */
const tokenIdBytes = 4;

/** Parameters of one layer, biases included. */
function layerParameters(model: ModelConfig, layer: LayerName): number {
  const { heads, kvHeads, headDim } = attentionShape(model);
  const { hidden_size: hidden, intermediate_size: inner, vocab_size: vocab } = model;
  const attentionBias = model.attention_bias ? 1 : 0;
  const mlpBias = model.mlp_bias ? 1 : 0;
  switch (layer) {
    case "embedding":
    case "lm_head":
      return vocab * hidden;
    case "layernorm":
    case "final_layernorm":
      return hidden;
    case "qkv_proj":
      return (hidden + attentionBias) * (heads + 2 * kvHeads) * headDim;
    case "qk_norm":
      return 2 * headDim;
    case "o_proj":
      return (heads * headDim + attentionBias) * hidden;
    case "gate_up_proj":
      return (hidden + mlpBias) * 2 * inner;
    case "down_proj":
      return (inner + mlpBias) * hidden;
    case "rotary_emb":
    case "attention":
    case "act_fn":
    case "sampler":
      return 0;
  }
}

/**
 * Bytes of all weights: the exact parameter count x `elementBytes`. Tied embeddings are held once.
 *
 * @throws {TandemError} E_UNSUPPORTED as `architectureOf`
 */
export function weightBytes(model: ModelConfig, elementBytes: number): number {
  const { prologue, pre, post, head } = architectureOf(model);
  const parameters = (layers: readonly LayerName[]): number =>
    layers.reduce((sum, layer) => sum + layerParameters(model, layer), 0);
  const whole =
    parameters(prologue) +
    model.num_hidden_layers * (parameters(pre) + parameters(post)) +
    parameters(head.dense) +
    parameters(head.perSequence);
  return (model.tie_word_embeddings ? whole - layerParameters(model, "lm_head") : whole) * elementBytes;
}

/**
 * Tensor bytes of one layer, as text traces list them.
 *
 * @param tokens tokens of the batch; sequences for `lm_head` and `sampler`
 * @param attention for `attention`: tokens whose K and V are read, and bytes of a KV element
 */
export function layerSizes(
  model: ModelConfig,
  layer: LayerName,
  tokens: number,
  elementBytes: number,
  attention: { kvTokens: number; kvElementBytes?: number } = { kvTokens: 0 },
): LayerSizes {
  const shape = attentionShape(model);
  const { heads, kvHeads, headDim } = shape;
  const hidden = tokens * model.hidden_size * elementBytes;
  const query = tokens * heads * headDim * elementBytes;
  const key = tokens * kvHeads * headDim * elementBytes;
  const inner = tokens * model.intermediate_size * elementBytes;
  const logits = tokens * model.vocab_size * elementBytes;
  const weight = layerParameters(model, layer) * elementBytes;
  switch (layer) {
    case "embedding":
      return { input: tokens * tokenIdBytes, weight, output: hidden };
    case "layernorm":
    case "final_layernorm":
      return { input: hidden, weight, output: hidden };
    case "qkv_proj":
      return { input: hidden, weight, output: query + 2 * key };
    case "qk_norm":
    case "rotary_emb":
      return { input: query + key, weight, output: query + key };
    case "attention": {
      const kvElementBytes = attention.kvElementBytes ?? elementBytes;
      return { input: query + attention.kvTokens * kvBytesPerLayer(shape, kvElementBytes), weight, output: query };
    }
    case "o_proj":
      return { input: query, weight, output: hidden };
    case "gate_up_proj":
      return { input: hidden, weight, output: 2 * inner };
    case "act_fn":
      return { input: 2 * inner, weight, output: inner };
    case "down_proj":
      return { input: inner, weight, output: hidden };
    case "lm_head":
      return { input: hidden, weight, output: logits };
    case "sampler":
      return { input: logits, weight, output: tokens * tokenIdBytes };
    default:
      throw new TandemError("E_UNSUPPORTED", `unknown layer "${layer satisfies never}"`);
  }
}
