/**
 * @module
 * What a comparison is run again with: more, less, faster or slower PIM, another link to it, more or fewer requests at a time, another attention kernel, more
 * room for KV. Each changes one thing of the inputs.
 */
import { type InstancePlan, kvBlocks, type PlanInputs } from "@tandem-sim/engine";
import { HOST_READ_NS } from "@tandem-sim/hardware";
import { type InstanceOptions, type PimDevice, PimLink } from "@tandem-sim/schemas";

type Instance = PlanInputs["nodes"][number]["instances"][number];

const withInstances = (inputs: PlanInputs, change: (instance: Instance) => Instance): PlanInputs => ({
  ...inputs,
  nodes: inputs.nodes.map((node) => ({ ...node, instances: node.instances.map(change) })),
});

/** The same inputs with some options changed in every instance. */
export const withOptions = (inputs: PlanInputs, options: Partial<InstanceOptions>): PlanInputs =>
  withInstances(inputs, (instance) => ({ ...instance, options: { ...instance.options, ...options } }));

/** GiB of the first PIM memory that is only that: beside a GPU, or a host's. Null where PIM is in the GPUs' own memory. */
export function pimGiB({ cluster }: PlanInputs): number | null {
  const instances = cluster.nodes.flatMap((node) => node.instances);
  const beside = instances.find(({ pim_mem }) => pim_mem)?.pim_mem?.mem_size;
  if (beside !== undefined) return beside;
  if (instances.some(({ npu_mem }) => npu_mem.pim_config)) return null;
  return cluster.nodes.find(({ cpu_mem }) => cpu_mem.pim_config)?.cpu_mem.mem_size ?? null;
}

/** The same inputs with `factor` times as much PIM wherever that is a memory of its own, channels and capacity. */
export function withPim(inputs: PlanInputs, factor: number): PlanInputs {
  const { cluster } = inputs;
  const scaled = <M extends { mem_size: number }>(memory: M): M => ({ ...memory, mem_size: memory.mem_size * factor });
  const nodes = cluster.nodes.map((node) => ({
    ...node,
    ...(node.cpu_mem.pim_config && { cpu_mem: scaled(node.cpu_mem) }),
    instances: node.instances.map((one) => (one.pim_mem ? { ...one, pim_mem: scaled(one.pim_mem) } : one)),
  }));
  return { ...inputs, cluster: { ...cluster, nodes } };
}

/**
 * The same inputs with PIM devices `factor` times as fast: their clock, and what their files give in ns. What they take when
 * idle stays.
 */
export function withPimSpeed(inputs: PlanInputs, factor: number): PlanInputs {
  const faster = (device: PimDevice): PimDevice => {
    const { timing, pim } = device;
    const inputNs = pim.input_ns;
    return {
      ...device,
      timing: { ...timing, tCK: timing.tCK / factor },
      pim: {
        ...pim,
        collect_ns: (pim.collect_ns ?? HOST_READ_NS) / factor,
        ...(inputNs !== undefined && { input_ns: inputNs / factor }),
      },
    };
  };
  return {
    ...inputs,
    nodes: inputs.nodes.map(({ pim, instances }) => ({
      pim: pim && faster(pim),
      instances: instances.map((instance) => (instance.pim ? { ...instance, pim: faster(instance.pim) } : instance)),
    })),
  };
}

/** GB/s each way of the first link to PIM; null where PIM is in the GPUs' own memory. */
export function pimLinkGBps({ cluster }: PlanInputs): number | null {
  const instances = cluster.nodes.flatMap((node) => node.instances);
  const beside = instances.find(({ pim_mem }) => pim_mem)?.pim_mem;
  if (beside) return PimLink.parse(beside.link ?? {}).bw;
  if (instances.some(({ npu_mem }) => npu_mem.pim_config)) return null;
  const host = cluster.nodes.find(({ cpu_mem }) => cpu_mem.pim_config)?.cpu_mem;
  return host ? PimLink.parse(host.pim_link ?? {}).bw : null;
}

/** The same inputs with every link to PIM as fast as that. @param bw GB/s each way */
export function withPimLink(inputs: PlanInputs, bw: number): PlanInputs {
  const { cluster } = inputs;
  const changed = (link: PimLink | undefined): PimLink => ({ ...PimLink.parse(link ?? {}), bw });
  const nodes = cluster.nodes.map((node) => ({
    ...node,
    ...(node.cpu_mem.pim_config && { cpu_mem: { ...node.cpu_mem, pim_link: changed(node.cpu_mem.pim_link) } }),
    instances: node.instances.map((one) =>
      one.pim_mem ? { ...one, pim_mem: { ...one.pim_mem, link: changed(one.pim_mem.link) } } : one,
    ),
  }));
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
