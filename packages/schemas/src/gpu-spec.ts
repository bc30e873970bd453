/**
 * @module
 * The spec sheet of a GPU: what its times are computed from where nobody has measured them. Every figure has its source.
 */
import * as z from "zod";

const source = z.string().min(1).describe("who says so: a data sheet, a measurement; or that it is an assumption");

const figure = (value: z.ZodNumber, unit: string) => z.strictObject({ value: value.describe(unit), source });
const positive = z.number().positive();

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

const Link = z.strictObject({ bw: positive.max(1e5).describe("GB/s each way, of one GPU"), source });

export const GpuSpec = z.strictObject({
  $schema: z.string().optional(),
  hardware: z.string().min(1).describe("the name that cluster configs use, and of its folder"),
  gpu: z.string().min(1).describe("the board in its maker's words"),
  memory: z.strictObject({
    family: z.enum(["GDDR", "HBM"]).describe("how much of its bandwidth is reached differs between the two"),
    size: figure(positive.max(4096), "GiB"),
    bw: figure(positive.max(1e5), "GB/s (1e9 bytes per second)"),
  }),
  tflops: z
    .strictObject({
      bf16: figure(positive.max(1e5), "dense TFLOPS with fp32 accumulation; fp16 runs at the same rate"),
      fp8: figure(positive.max(1e5), "dense TFLOPS").optional(),
      int8: figure(positive.max(1e5), "dense TOPS").optional(),
      fp32: figure(positive.max(1e5), "dense TFLOPS").optional(),
    })
    .describe("of its tensor cores, without sparsity"),
  sms: figure(z.int().positive().max(4096), "streaming multiprocessors"),
  clock: figure(positive.max(10_000), "MHz, the one that the TFLOPS are stated at"),
  l2: figure(positive.max(4096), "MiB of L2 cache"),
  attention_kernel: z.strictObject({ value: AttentionKernel, source }),
  links: z.strictObject({ pcie: Link, nvlink: Link.optional() }),
  power: z.strictObject({
    idle_power: figure(z.number().nonnegative(), "W"),
    standby_power: figure(z.number().nonnegative(), "W, between kernels"),
    active_power: figure(positive, "W while it computes"),
    standby_duration: figure(z.number().nonnegative(), "seconds from the last kernel to idle"),
  }),
  calibration: GpuCalibration.optional(),
});
export type GpuSpec = z.infer<typeof GpuSpec>;

/** How far the times of a spec sheet can be trusted: all three figures fitted to this GPU, something less, or nothing. */
export const GpuSpecTier = z.enum(["calibrated", "partly calibrated", "spec sheet"]);
export type GpuSpecTier = z.infer<typeof GpuSpecTier>;

export function tierOf({ calibration }: GpuSpec): GpuSpecTier {
  const fitted = [calibration?.memory, calibration?.compute, calibration?.attention].filter((it) => it !== undefined);
  if (fitted.length === 0) return "spec sheet";
  return fitted.length === 3 && calibration?.basis === "fitted" ? "calibrated" : "partly calibrated";
}
