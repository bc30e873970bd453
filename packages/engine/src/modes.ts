/**
 * @module
 * The ways to serve the same inputs that comparisons are made of.
 */
import { type InstanceOptions, instanceOverrides } from "@tandem-sim/schemas";
import type { PlanInputs } from "./plan.js";

const keys = ["enableAttnOffloading", "enableSubBatchInterleaving", "subBatchPolicy", "kvOffload"] as const;
type ModeOptions = Pick<InstanceOptions, (typeof keys)[number]>;

const onGpu = { enableAttnOffloading: false, enableSubBatchInterleaving: false, subBatchPolicy: "always" } as const;

export const modes = {
  "gpu-only": { ...onGpu, kvOffload: "none" },
  /** What is done today where KV does not fit, without PIM. */
  "kv-offload": { ...onGpu, kvOffload: "host" },
  offload: { ...onGpu, enableAttnOffloading: true, kvOffload: "none" },
  interleave: { ...onGpu, enableAttnOffloading: true, enableSubBatchInterleaving: true, kvOffload: "none" },
  auto: {
    enableAttnOffloading: true,
    enableSubBatchInterleaving: true,
    subBatchPolicy: "auto",
    kvOffload: "none",
  },
} as const satisfies Record<string, ModeOptions>;

export type Mode = keyof typeof modes;

export const modeNames = Object.keys(modes) as Mode[];

/** Whether some instance could offload to PIM: its node's, or that of its own GPUs. */
export const hasPim = ({ nodes }: Pick<PlanInputs, "nodes">): boolean =>
  nodes.some(({ pim, instances }) => pim !== null || instances.some(({ pim: own }) => own));

/**
 * The same inputs in one mode. Where the cluster has PIM at all, instances without it, and those whose config turns offload
 * off, stay GPU-only in every mode that offloads to it; so do those whose config turns KV offload off, in that mode.
 */
export function inMode(inputs: PlanInputs, mode: Mode): PlanInputs {
  const somePim = hasPim(inputs);
  return {
    ...inputs,
    nodes: inputs.nodes.map((node, n) => ({
      ...node,
      instances: node.instances.map((instance, i) => {
        const own = instanceOverrides(inputs.cluster.nodes[n].instances[i]);
        const noPim = own.enableAttnOffloading === false || (somePim && node.pim === null && !instance.pim);
        const stays = mode === "kv-offload" ? own.kvOffload === "none" : noPim;
        return { ...instance, options: { ...instance.options, ...modes[stays ? "gpu-only" : mode] } };
      }),
    })),
  };
}

/** The mode that these inputs are in; null where the instances' options are none's. */
export function modeOf(inputs: PlanInputs): Mode | null {
  const optionsOf = ({ nodes }: PlanInputs) =>
    nodes.flatMap(({ instances }) => instances.map(({ options }) => options));
  const own = optionsOf(inputs);
  const is = (mode: Mode): boolean =>
    optionsOf(inMode(inputs, mode)).every((options, i) => keys.every((key) => options[key] === own[i]?.[key]));
  return modeNames.find(is) ?? null;
}
