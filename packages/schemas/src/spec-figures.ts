/**
 * @module
 * What spec sheets of all kinds are made of: figures with their source, memory, rates, links, power.
 */
import * as z from "zod";

export const source = z
  .string()
  .min(1)
  .describe("who says so: a data sheet, a measurement; or that it is an assumption");

/** A figure and who states it. */
export const figure = (value: z.ZodNumber, unit: string) => z.strictObject({ value: value.describe(unit), source });

/** Less is a figure in another unit, and would take a simulation beyond what a number holds. */
export const positive = z.number().min(1e-3);
const watts = z.number().nonnegative().max(100_000);

export const memorySize = figure(positive.max(4096), "GiB");
export const memoryBandwidth = figure(positive.max(1e5), "GB/s (1e9 bytes per second)");

export const tflops = z
  .strictObject({
    bf16: figure(positive.max(1e5), "dense TFLOPS with fp32 accumulation; fp16 runs at the same rate"),
    fp8: figure(positive.max(1e5), "dense TFLOPS").optional(),
    int8: figure(positive.max(1e5), "dense TOPS").optional(),
    fp32: figure(positive.max(1e5), "dense TFLOPS").optional(),
  })
  .describe("of its tensor cores, without sparsity");

const link = z.strictObject({ bw: positive.max(1e5).describe("GB/s each way, of one GPU"), source });
export const links = z.strictObject({ pcie: link, nvlink: link.optional() });

export const power = z.strictObject({
  idle_power: figure(watts, "W"),
  standby_power: figure(watts, "W, between kernels"),
  active_power: figure(positive.max(100_000), "W while it computes"),
  standby_duration: figure(z.number().nonnegative().max(86_400), "seconds from the last kernel to idle"),
});
