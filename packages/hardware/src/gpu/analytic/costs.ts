/**
 * @module
 * Time of one GPU iteration's parts from a spec sheet and a model config: what `createGpuCosts` gives from tables, where
 * nobody has measured any. Formulas, constants and errors: docs/gpu-model.md.
 */
import { type Dtype, dtypeBytes, type GpuSpec, type ModelConfig, modelDtype, TandemError } from "@tandem-sim/schemas";
import { architectureOf, type LayerName, outLayers } from "../architecture.js";
import { withSkew } from "../attention.js";
import type { GpuCosts, ProfileRange } from "../costs.js";
import type { AttentionLookup } from "../even-attention.js";
import { modelShape } from "../model-shape.js";
import { rememberedSum } from "../remembered-sum.js";
import { analyticConstants } from "./constants.js";
import { attentionKernel, type KernelFigures, passKernel, productKernel } from "./kernels.js";

export interface AnalyticOptions extends KernelFigures {
  /** Weights; the model's own where left out. */
  dtype?: Dtype | undefined;
  /** Of a K or V element; as the weights where left out. */
  kvElementBytes?: number | undefined;
}

/** Formulas hold for any size. */
const anySize: ProfileRange = {
  tokens: Number.POSITIVE_INFINITY,
  sequences: Number.POSITIVE_INFINITY,
  prefillChunk: Number.POSITIVE_INFINITY,
  kvPrefill: Number.POSITIVE_INFINITY,
  nDecode: Number.POSITIVE_INFINITY,
  nDecodeMixed: Number.POSITIVE_INFINITY,
  kvDecode: Number.POSITIVE_INFINITY,
};

/** Time of one layer by its size, ns. */
export type AnalyticLayer = (size: number) => number;

/**
 * The layers of a model on a GPU, by tokens or, in the head, by sequences; ns, not rounded.
 *
 * @param model as one GPU holds it: `rankModel` where several share it
 * @throws {TandemError} E_UNSUPPORTED for architectures and dtypes that are not known
 */
export function analyticLayers(
  spec: GpuSpec,
  model: ModelConfig,
  options: AnalyticOptions = {},
): ReadonlyMap<LayerName, AnalyticLayer> {
  const { dtype = modelDtype(model) } = options;
  const { prologue, pre, post, head, kinds } = architectureOf(model);
  const shape = modelShape(model);
  const product = productKernel(spec, dtype, options);
  const activationBytes = Math.max(2, dtypeBytes[dtype]);
  const layerOf = (layer: LayerName): AnalyticLayer => {
    const { work, input, output, moved, kernels } = kinds[layer];
    if (work === "product") {
      const [inputs, outputs] = [input(shape), output(shape)];
      return (size) => product(size, inputs, outputs);
    }
    const pass = passKernel(spec, layer, kernels, options);
    const bytes = moved(shape) * activationBytes;
    return (size) => pass(size * bytes);
  };
  const names = new Set([...prologue, ...pre, ...post, ...head.dense, ...head.perSequence]);
  return new Map([...names].map((layer) => [layer, layerOf(layer)]));
}

/** Attention of one layer with decodes that are all equally long, ns, not rounded. */
export function analyticAttention(spec: GpuSpec, model: ModelConfig, options: AnalyticOptions = {}): AttentionLookup {
  const { dtype = modelDtype(model), kvElementBytes = dtypeBytes[dtype] } = options;
  return attentionKernel(spec, modelShape(model), kvElementBytes, options);
}

const wholeNs =
  (layer: AnalyticLayer): AnalyticLayer =>
  (size) =>
    Math.max(1, Math.round(layer(size)));

/**
 * The cost model of one (GPU, model, dtype) that was not measured; collectives are not in its times.
 *
 * @throws {TandemError} E_UNSUPPORTED as {@link analyticLayers}
 * @example
 * const costs = createAnalyticCosts(spec, model);
 * const decode8At512 = costs.attentionNs(0, 0, 8, 512, 512, 512);
 */
export function createAnalyticCosts(spec: GpuSpec, model: ModelConfig, options: AnalyticOptions = {}): GpuCosts {
  const architecture = architectureOf(model);
  const { prologue, pre, post, head, modelType } = architecture;
  const layers = analyticLayers(spec, model, options);
  const layer = (name: LayerName): AnalyticLayer => {
    const found = layers.get(name);
    if (found) return wholeNs(found);
    throw new TandemError("E_UNSUPPORTED", `${modelType} has no layer "${name}" of its own`);
  };
  const sumOf = (names: readonly LayerName[]): AnalyticLayer => rememberedSum(names.map(layer));
  const headTokensNs = sumOf(head.dense);
  const headSequencesNs = sumOf(head.perSequence);
  const { unevenness } = options.constants ?? analyticConstants;
  return {
    range: anySize,
    prologueNs: sumOf(prologue),
    preNs: sumOf(pre),
    postNs: sumOf(post),
    oProjNs: sumOf(outLayers(architecture)),
    headNs: (tokens, sequences) => headTokensNs(tokens) + headSequencesNs(sequences),
    layerNs: (name, size) => layer(name)(size < 1 ? 1 : size),
    attentionNs: withSkew(analyticAttention(spec, model, options), () => unevenness),
  };
}
