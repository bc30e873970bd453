/**
 * @module
 * Sizes that follow from a model config: its weights, and the tensors of each layer.
 */
import type { ModelConfig } from "@tandem-sim/schemas";
import { type Architecture, architectureOf, hasBias, type LayerName } from "./gpu/architecture.js";
import { type ModelShape, modelShape } from "./gpu/model-shape.js";
import { kvBytesPerLayer } from "./kv-bytes.js";

/** Bytes read and written by one layer. */
export interface LayerSizes {
  input: number;
  weight: number;
  output: number;
}

/** Token ids travel as int32. */
const tokenIdBytes = 4;

/** Parameters of one layer on one GPU, biases included. */
function layerParameters(architecture: Architecture, model: ModelConfig, shape: ModelShape, layer: LayerName): number {
  const kind = architecture.kinds[layer];
  return kind.weights(shape) + (hasBias(architecture, model, layer) ? kind.bias(shape) : 0);
}

/**
 * Bytes of all weights: the exact parameter count x `elementBytes`. Tied embeddings are held once.
 *
 * @param model as one GPU holds it: `rankModel` where several share it
 * @throws {TandemError} E_UNSUPPORTED as `architectureOf`
 */
export function weightBytes(model: ModelConfig, elementBytes: number): number {
  const architecture = architectureOf(model);
  const shape = modelShape(model);
  const { prologue, pre, post, head } = architecture;
  const parameters = (layers: readonly LayerName[]): number =>
    layers.reduce((sum, layer) => sum + layerParameters(architecture, model, shape, layer), 0);
  const whole =
    parameters(prologue) +
    model.num_hidden_layers * (parameters(pre) + parameters(post)) +
    parameters(head.dense) +
    parameters(head.perSequence);
  return (model.tie_word_embeddings ? whole - parameters(["lm_head"]) : whole) * elementBytes;
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
  const architecture = architectureOf(model);
  const shape = modelShape(model);
  const { input, output, ids } = architecture.kinds[layer];
  const keysAndValues =
    layer === "attention" ? attention.kvTokens * kvBytesPerLayer(shape, attention.kvElementBytes ?? elementBytes) : 0;
  return {
    input: tokens * (ids === "input" ? tokenIdBytes : input(shape) * elementBytes) + keysAndValues,
    weight: layerParameters(architecture, model, shape, layer) * elementBytes,
    output: tokens * (ids === "output" ? tokenIdBytes : output(shape) * elementBytes),
  };
}
