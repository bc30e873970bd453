/**
 * @module
 * The spec sheet of a GPU: what its times are computed from where nobody has measured them. Every figure has its source.
 */
import * as z from "zod";
import { figure, links, memoryBandwidth, memorySize, positive, power, source, tflops } from "./spec-figures.js";

/** Which kernels attention runs on. They differ in how they cut it, so their times have different forms. */
export const AttentionKernel = z.enum(["FA2", "FA3"]);
export type AttentionKernel = z.infer<typeof AttentionKernel>;

/** A share of the spec sheet's figure that is reached. Beyond 1: boards that run faster than their rating. */
const efficiency = z.number().min(0.05).max(1.5);

/** What was fitted to measurements of this GPU. Left out: the defaults of its memory family and attention kernel. */
export const GpuCalibration = z.strictObject({
  memory: efficiency.optional().describe("share of the memory bandwidth that is reached"),
  compute: efficiency.optional().describe("share of the dense TFLOPS that matrix products reach"),
  attention: efficiency.optional().describe("share of the dense TFLOPS that attention over a prompt reaches"),
  basis: z
    .enum(["fitted", "carried over"])
    .describe("fitted by a committed program, or taken over from figures that cannot be computed again here"),
  source,
});
export type GpuCalibration = z.infer<typeof GpuCalibration>;

export const GpuSpec = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal("gpu").optional().describe("left out: a GPU"),
  hardware: z.string().min(1).describe("the name that cluster configs use, and of its folder"),
  gpu: z.string().min(1).describe("the board in its maker's words"),
  memory: z.strictObject({
    family: z.enum(["GDDR", "HBM"]).describe("how much of its bandwidth is reached differs between the two"),
    size: memorySize,
    bw: memoryBandwidth,
  }),
  tflops,
  sms: figure(z.int().positive().max(4096), "streaming multiprocessors"),
  clock: figure(positive.max(10_000), "MHz, the one that the TFLOPS are stated at"),
  l2: figure(positive.max(4096), "MiB of L2 cache"),
  attention_kernel: z.strictObject({ value: AttentionKernel, source }),
  links,
  power,
  calibration: GpuCalibration.optional(),
});
export type GpuSpec = z.infer<typeof GpuSpec>;
