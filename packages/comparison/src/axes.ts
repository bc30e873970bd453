/**
 * @module
 * What a comparison is run again with: more or less PIM, more or fewer requests at a time, another attention kernel, more
 * room for KV. Each changes one thing of the inputs.
 */
import { type InstancePlan, kvBlocks, type PlanInputs } from "@tandem-sim/engine";
import type { InstanceOptions } from "@tandem-sim/schemas";

type Instance = PlanInputs["nodes"][number]["instances"][number];

const withInstances = (inputs: PlanInputs, change: (instance: Instance) => Instance): PlanInputs => ({
  ...inputs,
  nodes: inputs.nodes.map((node) => ({ ...node, instances: node.instances.map(change) })),
});

/** The same inputs with some options changed in every instance. */
export const withOptions = (inputs: PlanInputs, options: Partial<InstanceOptions>): PlanInputs =>
  withInstances(inputs, (instance) => ({ ...instance, options: { ...instance.options, ...options } }));

/** The same inputs with `factor` times as much PIM in every node that has any, channels and capacity. */
export function withPim(inputs: PlanInputs, factor: number): PlanInputs {
  const { cluster } = inputs;
  const nodes = cluster.nodes.map((node) =>
    node.cpu_mem.pim_config
      ? { ...node, cpu_mem: { ...node.cpu_mem, mem_size: node.cpu_mem.mem_size * factor } }
      : node,
  );
  return { ...inputs, cluster: { ...cluster, nodes } };
}

/** The same inputs where the GPU of an offloading instance has room for as many KV blocks as its PIM has. */
export function withRoomOfPim(inputs: PlanInputs, offloading: readonly InstancePlan[]): PlanInputs {
  let id = 0;
  return withInstances(inputs, (instance) => {
    const plan = offloading[id++];
    return plan?.pim ? { ...instance, gpuBlocks: kvBlocks(plan) } : instance;
  });
}
