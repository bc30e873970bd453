/**
 * @module
 * What the analytic model is fitted to and judged on: the reference bundle, and kernels of two other GPUs.
 */
import { readFileSync } from "node:fs";
import type { GpuSpec } from "@tandem-sim/schemas";
import { findGpuSpecFile, findModelFile, readGpuProfile, readGpuSpec, readModelConfig } from "@tandem-sim/schemas/node";
import { reference } from "../../../schemas/test/reference.js";
import {
  type MeasuredKernels,
  type MeasuredProfile,
  parseDecodes,
  parseProducts,
  parsePrompts,
} from "../../src/index.js";

const specOf = (name: string): GpuSpec => readGpuSpec(findGpuSpecFile(name));

export const measuredProfile = (): MeasuredProfile => ({
  spec: specOf("RTXPRO6000"),
  model: readModelConfig(findModelFile("meta-llama/Llama-3.1-8B")),
  raw: readGpuProfile(reference("gpu-profile/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16"), 1),
});

function measuredKernels(name: string, folder: string): MeasuredKernels {
  const parsed = <T>(file: string, parse: (text: string, source: string) => T): T => {
    const path = reference(`gpu-measurements/${folder}/${file}.csv`);
    return parse(readFileSync(path, "utf8"), path);
  };
  const attention = [...parsed("prefill_attention", parsePrompts), ...parsed("decode_attention", parseDecodes)];
  return { spec: specOf(name), points: { products: parsed("gemm", parseProducts), attention } };
}

export const measuredGpus = (): MeasuredKernels[] => [
  measuredKernels("A100", "a100_sxm"),
  measuredKernels("H100", "h100_sxm"),
];
