/**
 * @module
 * Time of one GPU iteration's parts from a spec sheet and a model config: what `createGpuCosts` gives from tables, where
 * nobody has measured any. Each kind of accelerator has a form of its own. Formulas, constants and errors: docs/gpu-model.md.
 */
import { type Dtype, dtypeBytes, type ModelConfig, modelDtype, type SpecSheet, TandemError } from "@tandem-sim/schemas";
import { architectureOf, type LayerName, outLayers } from "../architecture.js";
import { withSkew } from "../attention.js";
import type { GpuCosts, ProfileRange } from "../costs.js";
import { modelShape } from "../model-shape.js";
import { rememberedSum } from "../remembered-sum.js";
import { systolicKernels } from "../systolic/kernels.js";
import { gpuKernels, type KernelFigures, type Kernels } from "./kernels.js";
import { rooflineKernels } from "./roofline-kernels.js";

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
type AnalyticLayer = (size: number) => number;

/** The kernels of an accelerator for a model, in the form of its kind. */
function kernelsOf(sheet: SpecSheet, model: ModelConfig, options: AnalyticOptions): Kernels {
  const { dtype = modelDtype(model), kvElementBytes = dtypeBytes[dtype], ...figures } = options;
  const shape = modelShape(model);
  if (sheet.kind === "systolic") return systolicKernels(sheet, shape, dtype, kvElementBytes);
  if (sheet.kind === "roofline") return rooflineKernels(sheet, shape, dtype, kvElementBytes);
  return gpuKernels(sheet, shape, dtype, kvElementBytes, figures);
}

/** The layers of a model by tokens or, in the head, by sequences; ns, not rounded. */
function layersOf({ product, pass }: Kernels, model: ModelConfig, dtype: Dtype): ReadonlyMap<LayerName, AnalyticLayer> {
  const { prologue, pre, post, head, kinds } = architectureOf(model);
  const shape = modelShape(model);
  const activationBytes = Math.max(2, dtypeBytes[dtype]);
  const layerOf = (layer: LayerName): AnalyticLayer => {
    const { work, input, output, moved, kernels } = kinds[layer];
    if (work === "product") {
      const [inputs, outputs] = [input(shape), output(shape)];
      return (size) => product(size, inputs, outputs);
    }
    const passNs = pass(layer, kernels);
    const bytes = moved(shape) * activationBytes;
    return (size) => passNs(size * bytes);
  };
  const names = new Set([...prologue, ...pre, ...post, ...head.dense, ...head.perSequence]);
  return new Map([...names].map((layer) => [layer, layerOf(layer)]));
}

const wholeNs =
  (layer: AnalyticLayer): AnalyticLayer =>
  (size) =>
    Math.max(1, Math.round(layer(size)));

/**
 * The cost model of one (GPU or other accelerator, model, dtype) that was not measured; collectives are not in its times.
 *
 * @param model as one GPU holds it: `rankModel` where several share it
 * @throws {TandemError} E_UNSUPPORTED for architectures and dtypes that are not known
 * @example
 * const costs = createAnalyticCosts(spec, model);
 * const decode8At512 = costs.attentionNs(0, 0, 8, 512, 512, 512);
 */
export function createAnalyticCosts(sheet: SpecSheet, model: ModelConfig, options: AnalyticOptions = {}): GpuCosts {
  const architecture = architectureOf(model);
  const { prologue, pre, post, head, modelType } = architecture;
  const kernels = kernelsOf(sheet, model, options);
  const layers = layersOf(kernels, model, options.dtype ?? modelDtype(model));
  const layer = (name: LayerName): AnalyticLayer => {
    const found = layers.get(name);
    if (found) return wholeNs(found);
    throw new TandemError("E_UNSUPPORTED", `${modelType} has no layer "${name}" of its own`);
  };
  const sumOf = (names: readonly LayerName[]): AnalyticLayer => rememberedSum(names.map(layer));
  const headTokensNs = sumOf(head.dense);
  const headSequencesNs = sumOf(head.perSequence);
  return {
    range: anySize,
    prologueNs: sumOf(prologue),
    preNs: sumOf(pre),
    postNs: sumOf(post),
    oProjNs: sumOf(outLayers(architecture)),
    headNs: (tokens, sequences) => headTokensNs(tokens) + headSequencesNs(sequences),
    layerNs: (name, size) => layer(name)(size < 1 ? 1 : size),
    attentionNs: withSkew(kernels.attention, () => kernels.unevenness),
  };
}
