/**
 * @module
 * The four ways to serve the same inputs that comparisons are made of.
 */
import { type InstanceOptions, instanceOverrides } from "@tandem-sim/schemas";
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

/**
 * The same inputs in one mode. Where the cluster has PIM at all, instances without it, and those whose config
 * turns offload off, stay GPU-only in every mode.
 */
export function inMode(inputs: PlanInputs, mode: Mode): PlanInputs {
  const hasPim = ({ pim, instances }: PlanInputs["nodes"][number]): boolean =>
    pim !== null || instances.some(({ pim: own }) => own);
  const somePim = inputs.nodes.some(hasPim);
  return {
    ...inputs,
    nodes: inputs.nodes.map((node, n) => ({
      ...node,
      instances: node.instances.map((instance, i) => {
        const turnedOff = instanceOverrides(inputs.cluster.nodes[n].instances[i]).enableAttnOffloading === false;
        const stays = turnedOff || (somePim && node.pim === null && !instance.pim);
        return { ...instance, options: { ...instance.options, ...modes[stays ? "gpu-only" : mode] } };
      }),
    })),
  };
}

const keys = ["enableAttnOffloading", "enableSubBatchInterleaving", "subBatchPolicy"] as const;

/** The mode that these inputs are in; null where the instances' options are none's. */
export function modeOf(inputs: PlanInputs): Mode | null {
  const optionsOf = ({ nodes }: PlanInputs) =>
    nodes.flatMap(({ instances }) => instances.map(({ options }) => options));
  const own = optionsOf(inputs);
  const is = (mode: Mode): boolean =>
    optionsOf(inMode(inputs, mode)).every((options, i) => keys.every((key) => options[key] === own[i]?.[key]));
  return modeNames.find(is) ?? null;
}
