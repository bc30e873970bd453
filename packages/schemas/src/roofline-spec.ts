/**
 * @module
 * The spec sheet of a GPU as simulators of the field idealise it: a share of its bandwidth, a share of its computation, nothing
 * else. For comparisons with them; a GPU that exists has a `gpu-spec.ts`.
 */
import * as z from "zod";
import { figure, links, memoryBandwidth, memorySize, power, tflops } from "./spec-figures.js";

const reached = (what: string) => figure(z.number().min(0.05).max(1), `share of the ${what} that is reached`);

export const RooflineSpec = z.strictObject({
  $schema: z.string().optional(),
  kind: z.literal("roofline"),
  hardware: z.string().min(1).describe("the name that cluster configs use, and of its folder"),
  device: z.string().min(1).describe("what is idealised"),
  memory: z.strictObject({ size: memorySize, bw: memoryBandwidth, reached: reached("bandwidth") }),
  tflops,
  compute_reached: reached("dense TFLOPS"),
  cores: figure(z.int().positive().max(4096), "cores: attention runs on one for each request and KV head"),
  links,
  power,
});
export type RooflineSpec = z.infer<typeof RooflineSpec>;
