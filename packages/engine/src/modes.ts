/**
 * @module
 * The four ways to serve the same inputs that comparisons are made of.
 */
import type { InstanceOptions } from "@tandem-sim/schemas";
import type { PlanInputs } from "./plan.js";

type ModeOptions = Pick<InstanceOptions, "enableAttnOffloading" | "enableSubBatchInterleaving" | "subBatchPolicy">;

export const modes = {
  "gpu-only": { enableAttnOffloading: false, enableSubBatchInterleaving: false, subBatchPolicy: "always" },
  offload: { enableAttnOffloading: true, enableSubBatchInterleaving: false, subBatchPolicy: "always" },
  interleave: { enableAttnOffloading: true, enableSubBatchInterleaving: true, subBatchPolicy: "always" },
  auto: { enableAttnOffloading: true, enableSubBatchInterleaving: true, subBatchPolicy: "auto" },
} as const satisfies Record<string, ModeOptions>;

export type Mode = keyof typeof modes;

export const modeNames = Object.keys(modes) as Mode[];

/** The same inputs with every instance in one mode, whatever its config says of offload and interleaving. */
export const inMode = (inputs: PlanInputs, mode: Mode): PlanInputs => ({
  ...inputs,
  nodes: inputs.nodes.map((node) => ({
    ...node,
    instances: node.instances.map((instance) => ({ ...instance, options: { ...instance.options, ...modes[mode] } })),
  })),
});
