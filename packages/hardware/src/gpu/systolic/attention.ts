/**
 * @module
 * Time of attention on systolic arrays: q K^T and p V are products whose weights are K and V, of every request and KV head.
 */
import type { AttentionLookup } from "../even-attention.js";
import type { ModelShape } from "../model-shape.js";
import { type Arrays, passCycles } from "./arrays.js";
import { ELEMENT_BYTES } from "./product.js";

/** Softmax reads scores and writes probabilities. */
const SOFTMAX_MOVES = 2;

/** What attends to the same context: requests, their query rows of one KV head, and the context in tokens. */
interface Queries {
  requests: number;
  rows: number;
  context: number;
}

/**
 * Attention of one layer, ns. Query heads that share a KV head are rows of the same products, and each array has a request and
 * KV head of its own; all of it overlaps with reading K and V once. Softmax is a pass over its bytes behind them. Decodes of a
 * head or two fill a column or two of an array and pay for all; where arrays and memory are balanced as NeuPIMs' are, their K and
 * V still take longer to read. A piece of a prompt attends to what is cached and to all up to its own tokens.
 *
 * Doubts: our own form, compared with nothing: the simulator that products were fitted to attends in PIM. Heads one after
 * another on all arrays together would take decodes twice as long; scores that stay on chip would take prompts less.
 */
export function systolicAttention(
  arrays: Arrays,
  { heads, kvHeads, headDim }: Pick<ModelShape, "heads" | "kvHeads" | "headDim">,
  kvElementBytes: number,
): AttentionLookup {
  const { columns, count, cyclesPerNs, memoryBytes } = arrays;
  const group = heads / kvHeads;
  const kvBytesPerToken = 2 * kvHeads * headDim * kvElementBytes;
  const computeNs = ({ requests, rows, context }: Queries): number => {
    const cycles = passCycles(arrays, 1, headDim, context) + passCycles(arrays, 1, context, headDim);
    return (requests * kvHeads * Math.ceil(rows / columns) * cycles) / count / cyclesPerNs;
  };
  const softmaxNs = ({ requests, rows, context }: Queries): number =>
    (requests * kvHeads * rows * context * SOFTMAX_MOVES * ELEMENT_BYTES) / memoryBytes;
  /** Mean over the pieces of a prompt of what they attend to: a piece takes as many tokens as fill an array's columns. */
  const promptContext = (chunk: number, cached: number): number =>
    cached + (chunk + Math.min(chunk, columns / group)) / 2;
  return (chunk, cached, decodes, context) => {
    const prompt = { requests: chunk > 0 ? 1 : 0, rows: chunk * group, context: promptContext(chunk, cached) };
    const decode = { requests: decodes, rows: group, context };
    const readNs = ((cached + chunk + decodes * context) * kvBytesPerToken) / memoryBytes;
    return Math.max(readNs, computeNs(prompt) + computeNs(decode)) + softmaxNs(prompt) + softmaxNs(decode);
  };
}
