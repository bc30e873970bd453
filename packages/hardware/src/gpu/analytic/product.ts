/**
 * @module
 * Time of one matrix product: memory and compute overlap, and what takes longer hides most of the other.
 */
import type { AnalyticConstants } from "./constants.js";
import type { GpuRates, ProductRates } from "./rates.js";

/** Rows and columns of the tile that one thread block computes, and the least rows that a tensor core takes. */
const tile = 128;
const leastRows = 16;

/** Rows that the kernel computes: whole tiles, of fewer rows where there are few. */
function paddedRows(rows: number): number {
  if (rows > tile / 2) return Math.ceil(rows / tile) * tile;
  return Math.max(leastRows, 2 ** Math.ceil(Math.log2(rows)));
}

/** The product of `rows` x `input` activations and `input` x `output` weights, ns. */
export function productNs(
  { fixedNs, padding, tail }: AnalyticConstants["product"],
  { sms, memoryBytes }: GpuRates,
  rates: ProductRates,
  rows: number,
  input: number,
  output: number,
): number {
  const bytes = input * output * rates.weight + rows * input * rates.input + rows * output * rates.output;
  const computed = Math.max(leastRows, rows + padding * (paddedRows(rows) - rows));
  const flop = 2 * input * (computed * output + tail * sms * tile * tile);
  const read = bytes / memoryBytes;
  const compute = flop / rates.flop;
  return fixedNs + Math.sqrt(read * read + compute * compute);
}
