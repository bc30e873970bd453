/**
 * @module
 * What an element of the KV cache takes.
 */
import { dtypeBytes, type ModelConfig, modelDtype } from "./model.js";
import type { InstanceOptions } from "./options.js";

/** Bytes of one K or V element. */
export const kvElementBytes = (
  model: ModelConfig,
  { dtype, kvCacheDtype }: Pick<InstanceOptions, "dtype" | "kvCacheDtype">,
): number => (kvCacheDtype === "fp8" ? dtypeBytes.fp8 : dtypeBytes[dtype ?? modelDtype(model)]);
