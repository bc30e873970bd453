/**
 * @module
 * What spec sheets of all kinds are made of: figures with their source, power.
 */
import { z } from "zod";

export const source = z
  .string()
  .min(1)
  .describe("who says so: a data sheet, a measurement; or that it is an assumption");

/** A figure and who states it. */
export const figure = (value: z.ZodNumber, unit: string) => z.strictObject({ value: value.describe(unit), source });

export const positive = z.number().positive();

export const memorySize = figure(positive.max(4096), "GiB");
export const memoryBandwidth = figure(positive.max(1e5), "GB/s (1e9 bytes per second)");

export const power = z.strictObject({
  idle_power: figure(z.number().nonnegative(), "W"),
  standby_power: figure(z.number().nonnegative(), "W, between kernels"),
  active_power: figure(positive, "W while it computes"),
  standby_duration: figure(z.number().nonnegative(), "seconds from the last kernel to idle"),
});
