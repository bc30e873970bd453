/**
 * @module
 * The kernels of an accelerator of systolic arrays as functions of sizes, from its spec sheet: times in ns, not rounded.
 */
import { type Dtype, dtypeBytes, type SystolicSpec, TandemError } from "@tandem-sim/schemas";
import type { Kernels } from "../analytic/kernels.js";
import type { ModelShape } from "../model-shape.js";
import { arraysOf } from "./arrays.js";
import { systolicAttention } from "./attention.js";
import { ELEMENT_BYTES, productNs } from "./product.js";

/**
 * Vector operations (norms, rotary embedding, activations, residuals, sampling) are bound by their bytes. Attention is a sum
 * over requests, so that uneven lengths cost nothing.
 *
 * @throws {TandemError} E_UNSUPPORTED for weights that have no 16 bits
 */
export function systolicKernels(spec: SystolicSpec, shape: ModelShape, dtype: Dtype, kvElementBytes: number): Kernels {
  if (dtypeBytes[dtype] !== ELEMENT_BYTES) {
    throw new TandemError("E_UNSUPPORTED", `the arrays of ${spec.hardware} multiply 16-bit elements, not ${dtype}`, {
      hint: "--dtype float16",
    });
  }
  const arrays = arraysOf(spec);
  return {
    product: (rows, input, output) => productNs(arrays, rows, input, output),
    pass: () => (bytes) => bytes / arrays.memoryBytes,
    attention: systolicAttention(arrays, shape, kvElementBytes),
    unevenness: 0,
  };
}
