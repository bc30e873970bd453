/**
 * @module
 * What a GPU does per ns, from its spec sheet: GB/s are bytes per ns, TFLOPS are 1000 operations per ns.
 */
import { type Dtype, dtypeBytes, type GpuSpec, TandemError } from "@tandem-sim/schemas";
import type { Efficiencies } from "./constants.js";

const MIB = 2 ** 20;

export interface GpuRates {
  sms: number;
  /** Bytes of L2. */
  l2: number;
  cyclesPerNs: number;
  /** Bytes per ns, as stated and as reached. */
  peakBytes: number;
  memoryBytes: number;
  /** Operations per ns that attention over a prompt reaches; it computes in 16 bits whatever the weights are. */
  attentionFlop: number;
}

export const gpuRates = (spec: GpuSpec, { memory, attention }: Efficiencies): GpuRates => ({
  sms: spec.sms.value,
  l2: spec.l2.value * MIB,
  cyclesPerNs: spec.clock.value / 1000,
  peakBytes: spec.memory.bw.value,
  memoryBytes: spec.memory.bw.value * memory,
  attentionFlop: spec.tflops.bf16.value * 1000 * attention,
});

/** How matrix products run in a dtype. */
export interface ProductRates {
  /** Operations per ns. */
  flop: number;
  /** Bytes of an element of the weights, of the activations that go in, of those that come out. */
  weight: number;
  input: number;
  output: number;
}

/**
 * 8-bit weights on tensor cores that have no such mode are unpacked to bf16, as Marlin's kernels do it.
 *
 * @param reached share of the stated rate
 * @throws {TandemError} E_UNSUPPORTED for fp32 where the spec sheet has no rate for it
 */
export function productRates(spec: Pick<GpuSpec, "hardware" | "tflops">, dtype: Dtype, reached: number): ProductRates {
  const { bf16, fp8, int8, fp32 } = spec.tflops;
  const byDtype = { float16: bf16, bfloat16: bf16, float32: fp32, fp8, int8 };
  const weight = dtypeBytes[dtype];
  const own = byDtype[dtype];
  if (own === undefined && weight > 1) {
    throw new TandemError("E_UNSUPPORTED", `has no ${dtype} rate`, {
      where: `the spec sheet of ${spec.hardware}`,
      hint: `--dtype bfloat16, or tflops.fp32 in its spec.json`,
    });
  }
  return {
    flop: (own ?? bf16).value * 1000 * reached,
    weight,
    input: own === undefined ? dtypeBytes.bfloat16 : weight,
    output: Math.max(weight, dtypeBytes.bfloat16),
  };
}
