/**
 * @module
 * Another GPU, model or PIM in a cluster config, wherever it says so.
 */
import { type ClusterConfig, ClusterConfig as ClusterSchema, ownPim, type PimAttach, PimLink } from "./cluster.js";
import { TandemError } from "./errors.js";
import { parseWith } from "./parse.js";
import { type Setting, withSettings } from "./settings.js";
import type { SpecSheet } from "./spec-sheet.js";

/** What is to be another; what is left out stays as the config has it. */
export interface ClusterChanges {
  /** Name of a model, in every instance. */
  model?: string | undefined;
  /** GPUs of every instance, which share its layers. */
  tp?: number | undefined;
  /** Name of a PIM device. */
  pim?: string | undefined;
  /** Where PIM sits. */
  pimAttach?: PimAttach | undefined;
  /** Size of that memory, GiB; beside a GPU it is as large as the GPU's where left out. */
  pimMem?: number | undefined;
  /** Bandwidth of the link to PIM, GB/s each way. */
  pimLink?: number | undefined;
}

type Node = ClusterConfig["nodes"][number];

/** What a spec sheet says of its GPU where a node counts energy. */
const powerOf = ({ power }: SpecSheet) => ({
  idle_power: power.idle_power.value,
  standby_power: power.standby_power.value,
  active_power: power.active_power.value,
  standby_duration: power.standby_duration.value,
});

function withGpu(node: Node, spec: SpecSheet): Node {
  const { hardware, memory } = spec;
  return {
    ...node,
    instances: node.instances.map((instance) => ({
      ...instance,
      hardware,
      npu_mem: { ...instance.npu_mem, mem_size: memory.size.value, mem_bw: memory.bw.value },
    })),
    // A figure that the config has is the user's.
    ...(node.power && { power: { ...node.power, npu: { [hardware]: powerOf(spec), ...node.power.npu } } }),
  };
}

/** The link with another bandwidth. */
const withBandwidth = (link: PimLink | undefined, bw: number): PimLink => ({ ...PimLink.parse(link ?? {}), bw });

type HostMemory = Node["cpu_mem"];
type Instance = Node["instances"][number];

const onHost = (memory: HostMemory, { pim, pimMem, pimLink }: ClusterChanges): HostMemory => ({
  ...memory,
  ...(pim !== undefined && { pim_config: pim }),
  ...(pimMem !== undefined && { mem_size: pimMem }),
  ...(pimLink !== undefined && { pim_link: withBandwidth(memory.pim_link, pimLink) }),
});

function withoutOwn({ pim_mem: _beside, npu_mem, ...instance }: Instance): Instance {
  const { pim_config: _inGpu, pim: _shared, ...memory } = npu_mem;
  return { ...instance, npu_mem: memory };
}

function besideGpu(instance: Instance, { pim, pimMem, pimLink }: ClusterChanges): Instance {
  const { pim_mem } = instance;
  const config = pim ?? pim_mem?.pim_config;
  if (config === undefined) throw needsDevice("device");
  return {
    ...withoutOwn(instance),
    pim_mem: {
      ...pim_mem,
      pim_config: config,
      mem_size: pimMem ?? pim_mem?.mem_size ?? instance.npu_mem.mem_size,
      ...(pimLink !== undefined && { link: withBandwidth(pim_mem?.link, pimLink) }),
    },
  };
}

function inGpuMemory({ pim_mem: _beside, npu_mem, ...instance }: Instance, flags: ClusterChanges): Instance {
  const { pim, pimMem, pimLink } = flags;
  const config = pim ?? npu_mem.pim_config;
  if (config == null) throw needsDevice("gpu");
  if (pimLink !== undefined) {
    throw new TandemError("E_USAGE", "PIM in the GPU's own memory has no link", { where: "--pim-link" });
  }
  return {
    ...instance,
    npu_mem: { ...npu_mem, pim_config: config, ...(pimMem !== undefined && { mem_size: pimMem }) },
  };
}

const needsDevice = (attach: PimAttach): TandemError =>
  new TandemError("E_USAGE", `--pim-attach ${attach} needs a PIM device`, {
    where: "--pim-attach",
    hint: "add --pim NAME; tandem pim list shows those that are bundled",
  });

function withPim(node: Node, flags: ClusterChanges): Node {
  const { pim, pimMem, pimLink, pimAttach } = flags;
  if ([pim, pimMem, pimLink, pimAttach].every((flag) => flag === undefined)) return node;
  const attachOf = (instance: Instance): PimAttach => pimAttach ?? ownPim(instance)?.attach ?? "host";
  const attached = { host: withoutOwn, device: besideGpu, gpu: inGpuMemory };
  return {
    ...node,
    ...(node.instances.some((one) => attachOf(one) === "host") && { cpu_mem: onHost(node.cpu_mem, flags) }),
    instances: node.instances.map((instance) => attached[attachOf(instance)](instance, flags)),
  };
}

const withModel = (node: Node, { model, tp }: ClusterChanges): Node => ({
  ...node,
  instances: node.instances.map((instance) => ({
    ...instance,
    ...(model !== undefined && { model_name: model }),
    ...(tp !== undefined && { tp_size: tp, num_npus: tp }),
  })),
});

/** All that can be changed of a config before what it names is looked up. */
export interface ConfigChanges {
  /** Another model, PIM or number of GPUs. */
  changes?: ClusterChanges | undefined;
  /** Changes to single values, behind those. */
  settings?: readonly Setting[];
}

/**
 * The config with all changes made, held to its schema: flags may ask for more than a config may say.
 *
 * @param source where the config came from, for errors
 * @param gpu the GPU of every instance
 * @throws {TandemError} E_USAGE for PIM that has no device, or no link; E_SCHEMA for what no config may say
 */
export function changedCluster(
  cluster: ClusterConfig,
  source: string,
  { changes = {}, settings = [] }: ConfigChanges,
  gpu?: SpecSheet,
): ClusterConfig {
  const nodes = cluster.nodes.map((node) => withPim(withModel(gpu ? withGpu(node, gpu) : node, changes), changes));
  const changed = parseWith(ClusterSchema, { ...cluster, nodes }, source);
  if (settings.length === 0) return changed;
  const where = `${source}${settings.map(({ text }) => ` --set ${text}`).join("")}`;
  return parseWith(ClusterSchema, withSettings(changed, settings), where);
}
