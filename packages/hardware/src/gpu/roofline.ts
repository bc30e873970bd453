/**
 * @module
 * How much of a piece of GPU work memory bounds, and how much computation, by the plain roofline: bytes that must move
 * over the bandwidth against operations over the dense rate. No times: those are measured, or of the analytic model.
 */
import type { Dtype, SpecSheet } from "@tandem-sim/schemas";
import { productRates } from "./analytic/rates.js";
import type { LayerKind } from "./layer-kinds.js";
import type { ModelShape } from "./model-shape.js";
import { arraysTflops } from "./systolic/arrays.js";

export interface Roofline {
  /** GB/s, 1e9 bytes per second. */
  memoryGBps: number;
  /** Dense; null where nobody says: memory then bounds everything. */
  tflops: number | null;
}

/** What a piece of work moves and computes. */
export interface Work {
  bytes: number;
  flop: number;
}

/** Dense TFLOPS of matrix products in a dtype, as the spec sheet states them. @throws {TandemError} E_UNSUPPORTED */
export function statedTflops(sheet: SpecSheet, dtype: Dtype): number {
  if (sheet.kind === "systolic") return arraysTflops(sheet);
  return productRates(sheet, dtype, 1).flop / 1000;
}

/** A layer on `size` tokens or sequences. */
export function layerWork(kind: LayerKind, shape: ModelShape, elementBytes: number, size: number): Work {
  if (kind.work !== "product") return { bytes: size * kind.moved(shape) * elementBytes, flop: 0 };
  const [input, output] = [kind.input(shape), kind.output(shape)];
  return {
    bytes: (input * output + size * (input + output)) * elementBytes,
    flop: 2 * size * input * output,
  };
}

/** Attention of one layer: K and V of all contexts are read once, a prompt attends to half of itself. */
export function attentionWork(
  { heads, kvHeads, headDim }: ModelShape,
  kvElementBytes: number,
  [chunk, kvPrefill, decodes, kvDecode]: readonly [number, number, number, number],
): Work {
  const pairs = chunk * (kvPrefill + chunk / 2) + decodes * kvDecode;
  return {
    bytes: (kvPrefill + chunk + decodes * kvDecode) * 2 * kvHeads * headDim * kvElementBytes,
    flop: 4 * heads * headDim * pairs,
  };
}

/**
 * The part that memory bounds, from 0 to 1. Both sides overlap as in the analytic model, t = sqrt(read^2 + compute^2), so
 * the part is read^2 / t^2.
 *
 * @example
 * memoryShare({ bytes: 1e6, flop: 0 }, { memoryGBps: 1000, tflops: 100 }); // 1
 */
export function memoryShare({ bytes, flop }: Work, { memoryGBps, tflops }: Roofline): number {
  if (tflops === null) return 1;
  const read = bytes / memoryGBps;
  const compute = flop / (tflops * 1000);
  const square = read * read + compute * compute;
  return square === 0 ? 1 : (read * read) / square;
}
