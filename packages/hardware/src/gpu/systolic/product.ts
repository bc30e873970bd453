/**
 * @module
 * Time of one matrix product on systolic arrays.
 */
import { type Arrays, passCycles } from "./arrays.js";

/** Activations and weights have 16 bits. */
export const ELEMENT_BYTES = 2;

/**
 * The product of `rows` x `input` activations and `input` x `output` weights, ns. Activations go in pieces of as many rows
 * (tokens) as an array has columns; all weights pass each piece. The first one takes as long as weights and activations take to
 * be read, where that is longer; the others find them on chip. Outputs that are written are not counted.
 *
 * Source: fitted to NeuPIMs' simulator. Errors: docs/gpu-model.md.
 */
export function productNs(arrays: Arrays, rows: number, input: number, output: number): number {
  const pieceNs = passCycles(arrays, arrays.count, input, output) / arrays.cyclesPerNs;
  const readNs = ((input * output + rows * input) * ELEMENT_BYTES) / arrays.memoryBytes;
  return Math.max(readNs, pieceNs) + (Math.ceil(rows / arrays.columns) - 1) * pieceNs;
}
