/**
 * @module
 * Iterations put together from kernels that were measured alone: the products and the attention of one layer, times its
 * layers. What a GPU of which nobody measured whole iterations is judged on; norms and other passes are in neither side.
 */
import { attentionKernel, type Efficiencies, type KernelFigures, productKernel } from "@tandem-sim/hardware";
import type { GpuSpec } from "@tandem-sim/schemas";
import { type ErrorStats, statsOf } from "../fit-error.js";
import type { AttentionPoint, KernelPoints, ProductPoint } from "./measurements.js";

/** One layer of a model whose products were all measured: input and output of each. */
export interface ComposedLayer {
  heads: number;
  kvHeads: number;
  products: readonly { input: number; output: number }[];
}

/** A layer of 8192 hidden and 16384 feed-forward columns, its gate apart from its up projection. */
const composedLayer: ComposedLayer = {
  heads: 64,
  kvHeads: 8,
  products: [
    { input: 8192, output: 10240 },
    { input: 8192, output: 8192 },
    { input: 8192, output: 16384 },
    { input: 8192, output: 16384 },
    { input: 16384, output: 8192 },
  ],
};

/** The measured products of a layer at so many rows; undefined where one is missing. */
function productsAt({ products }: ComposedLayer, points: readonly ProductPoint[], rows: number) {
  const found = products.map(({ input, output }) =>
    points.find((point) => point.rows === rows && point.input === input && point.output === output),
  );
  return found.every((point) => point !== undefined) ? found : undefined;
}

function errorsOf(
  name: string,
  layer: ComposedLayer,
  spec: GpuSpec,
  { products, attention }: KernelPoints,
  figures: KernelFigures,
  picked: (point: AttentionPoint) => boolean,
): ErrorStats {
  const product = productKernel(spec, "bfloat16", figures);
  const got: number[] = [];
  const want: number[] = [];
  for (const point of attention) {
    if (!picked(point) || point.heads !== layer.heads || point.kvHeads !== layer.kvHeads) continue;
    const rows = point.chunk + point.decodes;
    const measured = productsAt(layer, products, rows);
    if (!measured) continue;
    const { chunk, cached, decodes, context } = point;
    const attentionNs = attentionKernel(spec, point, 2, figures)(chunk, cached, decodes, context);
    got.push(measured.reduce((sum, { input, output }) => sum + product(rows, input, output), attentionNs));
    want.push(measured.reduce((sum, { us }) => sum + us * 1000, point.us * 1000));
  }
  return statsOf(name, got, want);
}

/** Errors of composed iterations, decodes and prompts. Nobody has measured mixed ones. */
export function composedErrors(
  spec: GpuSpec,
  points: KernelPoints,
  efficiencies: Efficiencies,
  layer: ComposedLayer = composedLayer,
): ErrorStats[] {
  const of = (name: string, picked: (point: AttentionPoint) => boolean): ErrorStats =>
    errorsOf(name, layer, spec, points, { efficiencies }, picked);
  return [of("decode", ({ chunk }) => chunk === 0), of("prefill", ({ chunk }) => chunk > 0)];
}
