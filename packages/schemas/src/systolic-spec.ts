/**
 * @module
 * The spec sheet of an accelerator whose matrix products run on systolic arrays, as in NPUs and TPUs. Every figure has its
 * source.
 */
import * as z from "zod";
import { figure, memoryBandwidth, memorySize, positive, power } from "./spec-figures.js";

const side = z.int().positive().max(4096);

export const SystolicSpec = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal("systolic"),
  hardware: z.string().min(1).describe("the name that cluster configs use, and of its folder"),
  device: z.string().min(1).describe("the accelerator in its authors' words"),
  memory: z.strictObject({
    size: memorySize,
    bw: memoryBandwidth,
    reached: figure(z.number().min(0.05).max(1), "share of the bandwidth that reads reach"),
  }),
  arrays: z
    .strictObject({
      count: figure(z.int().positive().max(4096), "arrays that share one product"),
      rows: figure(side, "rows of processing elements of an array: inputs of the activations that it holds"),
      columns: figure(side, "columns of an array: tokens of the activations that it holds"),
    })
    .describe(
      "each holds a tile of activations while weights stream through; an element does one 16-bit multiplication and addition a cycle",
    ),
  clock: figure(positive.max(10_000), "MHz of the arrays"),
  power,
});
export type SystolicSpec = z.infer<typeof SystolicSpec>;
