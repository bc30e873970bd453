/**
 * @module
 * The kernels of a GPU as functions of sizes, from its spec sheet: times in ns, not rounded.
 */
import { type Dtype, type GpuSpec, TandemError } from "@tandem-sim/schemas";
import type { AttentionLookup } from "../even-attention.js";
import type { LayerName } from "../layer-kinds.js";
import type { ModelShape } from "../model-shape.js";
import { evenAttentionOf } from "./attention.js";
import { type AnalyticConstants, analyticConstants, type Efficiencies, efficienciesOf } from "./constants.js";
import { passNs } from "./pass.js";
import { productNs } from "./product.js";
import { gpuRates, productRates } from "./rates.js";

/** Instead of the bundled figures: for fits. */
export interface KernelFigures {
  constants?: AnalyticConstants | undefined;
  efficiencies?: Efficiencies | undefined;
}

/** What an accelerator of any kind does, as functions of sizes: times in ns, not rounded. */
export interface Kernels {
  product: ProductKernel;
  /** A pass of a layer, in so many kernels of a GPU, over bytes that must move. */
  pass(layer: LayerName, kernels: number): (bytes: number) => number;
  /** Of decodes that are all equally long, beside a prompt or alone. */
  attention: AttentionLookup;
  /** alpha of t = t(mean) + alpha (t(max) - t(mean)) for uneven decode lengths. */
  unevenness: number;
}

/** A product of `rows` x `input` activations and `input` x `output` weights. */
export type ProductKernel = (rows: number, input: number, output: number) => number;

/** @throws {TandemError} E_UNSUPPORTED for a dtype that the spec sheet has no rate for */
export function productKernel(spec: GpuSpec, dtype: Dtype, figures: KernelFigures = {}): ProductKernel {
  const { constants = analyticConstants, efficiencies = efficienciesOf(spec) } = figures;
  const rates = gpuRates(spec, efficiencies);
  const products = productRates(spec, dtype, efficiencies.compute);
  return (rows, input, output) => productNs(constants.product, rates, products, rows, input, output);
}

/** A pass of `layer` over `bytes` that must move. @throws {TandemError} E_UNSUPPORTED for a layer that is no pass */
export function passKernel(spec: GpuSpec, layer: LayerName, kernels: number, figures: KernelFigures = {}) {
  const { constants = analyticConstants, efficiencies = efficienciesOf(spec) } = figures;
  const own = constants.pass.layers[layer];
  if (own === undefined) throw new TandemError("E_UNSUPPORTED", `no time is known for layer "${layer}"`);
  const rates = gpuRates(spec, efficiencies);
  return (bytes: number): number => passNs(constants.pass, own, rates, kernels, bytes);
}

/** Attention of decodes that are all equally long, beside a prompt or alone. */
export function attentionKernel(
  spec: GpuSpec,
  shape: Pick<ModelShape, "heads" | "kvHeads" | "headDim">,
  kvElementBytes: number,
  figures: KernelFigures = {},
): AttentionLookup {
  const { constants = analyticConstants, efficiencies = efficienciesOf(spec) } = figures;
  const kernel = spec.attention_kernel.value;
  return evenAttentionOf[kernel]({
    constants: constants.attention[kernel],
    rates: gpuRates(spec, efficiencies),
    shape,
    kvElementBytes,
  });
}

/**
 * All kernels of a GPU for a model.
 *
 * @param shape of the model on one GPU
 * @throws {TandemError} E_UNSUPPORTED for a dtype that the spec sheet has no rate for
 */
export function gpuKernels(
  spec: GpuSpec,
  shape: ModelShape,
  dtype: Dtype,
  kvElementBytes: number,
  figures: KernelFigures = {},
): Kernels {
  return {
    product: productKernel(spec, dtype, figures),
    pass: (layer, kernels) => passKernel(spec, layer, kernels, figures),
    attention: attentionKernel(spec, shape, kvElementBytes, figures),
    unevenness: (figures.constants ?? analyticConstants).unevenness,
  };
}
