/**
 * @module
 * The kernels of a GPU as AttAcc's simulator (scale-snu/attacc_simulator) idealises it: each takes what its bytes or its
 * operations take, whichever is longer, and nothing to start. Its search for tiles of products and what it adds to norms and
 * activations are left out: docs/gpu-model.md. Times in ns, not rounded.
 */
import type { Dtype, RooflineSpec } from "@tandem-sim/schemas";
import type { AttentionLookup } from "../even-attention.js";
import type { ModelShape } from "../model-shape.js";
import type { Kernels } from "./kernels.js";
import { type ProductRates, productRates } from "./rates.js";

/** Scores of 16 bits: q K^T writes them, softmax reads them and writes probabilities, p V reads those. */
const SCORE_BYTES = 4 * 2;
/** Multiplications and additions per score: q K^T and p V. */
const FLOP_PER_ELEMENT = 4;

/**
 * Each request and KV head keeps one core busy, which has its part of the bandwidth and the computation: cores that find none
 * idle, and so does what is left of the last wave. A prompt computes what it masks, too.
 */
function attentionOf(
  cores: number,
  memoryBytes: number,
  { flop }: ProductRates,
  { heads, kvHeads, headDim }: ModelShape,
  kvElementBytes: number,
): AttentionLookup {
  const elementBytes = 2 * headDim * kvElementBytes;
  const launch = (requests: number, queries: number, context: number): number => {
    if (requests === 0) return 0;
    const scores = queries * context;
    const waves = Math.ceil((requests * kvHeads) / cores);
    const bytes = context * elementBytes + ((scores * heads) / kvHeads) * SCORE_BYTES;
    const operations = (FLOP_PER_ELEMENT * scores * headDim * heads) / kvHeads;
    return waves * cores * Math.max(bytes / memoryBytes, operations / flop);
  };
  return (chunk, cached, decodes, context) =>
    launch(chunk > 0 ? 1 : 0, chunk, cached + chunk) + launch(decodes, 1, context);
}

/** @throws {TandemError} E_UNSUPPORTED for a dtype that the spec sheet has no rate for */
export function rooflineKernels(spec: RooflineSpec, shape: ModelShape, dtype: Dtype, kvElementBytes: number): Kernels {
  const { memory, compute_reached, cores } = spec;
  const memoryBytes = memory.bw.value * memory.reached.value;
  const rates = productRates(spec, dtype, compute_reached.value);
  const attentionRates = productRates(spec, "bfloat16", compute_reached.value);
  return {
    product: (rows, input, output) => {
      const bytes = input * output * rates.weight + rows * input * rates.input + rows * output * rates.output;
      return Math.max(bytes / memoryBytes, (2 * rows * input * output) / rates.flop);
    },
    pass: () => (bytes) => bytes / memoryBytes,
    attention: attentionOf(cores.value, memoryBytes, attentionRates, shape, kvElementBytes),
    unevenness: 0,
  };
}
