/**
 * @module
 * The PIM of an instance: its share of the node's, or that of its own GPUs.
 */
import {
  createGpuTraffic,
  derivePimTiming,
  kvBytesPerToken,
  kvLayouts,
  type PimSystem,
  type PimTiming,
  pimSystems,
} from "@tandem-sim/hardware";
import {
  attentionShape,
  type ClusterInstance,
  type ClusterNode,
  type InstanceOptions,
  type ModelConfig,
  type PimAccess,
  type PimDevice,
  PimLink,
  type PimMemory,
  PimSharing,
  SharedMemoryPim,
  TandemError,
} from "@tandem-sim/schemas";

export const GIB = 2 ** 30;

/** Whole channels that so many GiB consist of. */
export const channelsOf = (sizeGiB: number, timing: PimTiming): number =>
  Math.floor((sizeGiB * GIB) / timing.channelBytes);

/** Channels that a node's host memory consists of. */
export const channelsOfNode = (node: ClusterNode, timing: PimTiming): number =>
  channelsOf(node.cpu_mem.mem_size, timing);

/** Where the PIM of an instance is. `at` is the file and JSON path of the memory, for errors. */
export type PimSite =
  /** The `rank`th share, `of` so many, of a node's channels and link. */
  | { attach: "host"; rank: number; of: number; node: ClusterNode; device: PimDevice | null; at: string }
  | { attach: "device"; memory: PimMemory; device: PimDevice; at: string }
  | { attach: "gpu"; memory: ClusterInstance["npu_mem"]; device: PimDevice; at: string };

/** What offload depends on beside the site. */
interface PimSource {
  /** GPUs of the instance, each with a link of its own. */
  gpus: number;
  model: ModelConfig;
  /** The part of it that one GPU holds. */
  rank: ModelConfig;
  options: InstanceOptions;
  elementBytes: number;
  kvElementBytes: number;
  /** Bytes of one GPU's memory that its weights take, and that are left beside them. */
  weightBytes: number;
  kvRoom: number;
  withEnergy: boolean;
}

/** @throws {TandemError} E_USAGE without PIM, E_CAPACITY where it has no channel for the instance or no block fits */
export function planPim(site: PimSite, source: PimSource): PimSystem {
  switch (site.attach) {
    case "host":
      return onHost(site, source);
    case "device":
      return besideGpu(site, source);
    case "gpu":
      return inGpuMemory(site, source);
  }
}

type Site<A extends PimSite["attach"]> = Extract<PimSite, { attach: A }>;

function onHost({ node, device, rank, of, at }: Site<"host">, source: PimSource): PimSystem {
  if (!device) {
    throw new TandemError("E_USAGE", "attention offload needs PIM memory on the node or the GPU", {
      where: `${at}.pim_config`,
      hint: 'name a device, e.g. "pim_config": "DDR4_8GB_3200_pim", or take the bundled single_node_pim_instance',
    });
  }
  const timing = derivePimTiming(device);
  const onNode = channelsOfNode(node, timing);
  const channels = Math.floor(onNode / of);
  if (channels < 1) {
    throw noChannel(node.cpu_mem.mem_size, onNode, `, for ${of} offloading instances`, device, timing, at);
  }
  const link = PimLink.parse(node.cpu_mem.pim_link ?? {});
  return pimSystems.host({
    ...common(source, source.model, PimSharing.parse(node.cpu_mem.pim ?? {}), `${at}.pim`),
    device,
    firstChannel: rank * channels,
    channels,
    copies: 1,
    // Each GPU moves q, k and v of its own heads, all at once: together as fast as their links.
    link: { bw: (source.gpus * link.bw) / of, latency: link.latency },
  });
}

function besideGpu({ memory, device, at }: Site<"device">, source: PimSource): PimSystem {
  return pimSystems.device({
    ...common(source, source.rank, PimSharing.parse(memory.pim ?? {}), `${at}.pim`),
    ...ownChannels(memory.mem_size, device, at),
    copies: source.gpus,
    link: PimLink.parse(memory.link ?? {}),
  });
}

function inGpuMemory({ memory, device, at }: Site<"gpu">, source: PimSource): PimSystem {
  const { rank, elementBytes, kvElementBytes } = source;
  const sharing = SharedMemoryPim.parse(memory.pim ?? {});
  const own = ownChannels(memory.mem_size, device, at);
  // Whole channels may hold less than the memory that they are part of.
  const inChannels = own.channels * derivePimTiming(device).channelBytes - source.weightBytes;
  const kvRoom = Math.max(0, Math.min(source.kvRoom, inChannels));
  const system = pimSystems.gpu({
    ...common(source, rank, sharing, `${at}.pim`),
    ...own,
    copies: source.gpus,
    // Weights are spread evenly over the channels.
    channelKvBytes: kvRoom / own.channels,
    access: accessTo(device, sharing.access, `${at}.pim.access`),
    contention: { traffic: createGpuTraffic(rank, elementBytes, kvElementBytes), memoryGBps: memory.mem_bw },
  });
  if (system.layout.blocksPerGroup > 0) return system;
  const { channelsPerGroup } = system.layout;
  throw new TandemError("E_CAPACITY", "beside the weights a channel group has no room for one KV block", {
    where: `${at}.mem_size`,
    hint: `groups are of ${channelsPerGroup} of ${own.channels} channels; wider ones, or a larger memory, hold a block`,
  });
}

/** How GPU and PIM share the GPU's memory: as asked, or as the device's row buffers allow. */
function accessTo({ pim, name }: PimDevice, asked: PimAccess | undefined, where: string): PimAccess {
  const buffers = pim.row_buffers ?? 1;
  if (asked === "concurrent" && buffers < 2) {
    throw new TandemError("E_SCHEMA", `${name} has one row buffer a bank: GPU and PIM take turns`, {
      where,
      hint: 'write "blocked", or name a device with row_buffers = 2 in [pim]',
    });
  }
  return asked ?? (buffers < 2 ? "blocked" : "concurrent");
}

function ownChannels(sizeGiB: number, device: PimDevice, at: string) {
  const timing = derivePimTiming(device);
  const channels = channelsOf(sizeGiB, timing);
  if (channels < 1) throw noChannel(sizeGiB, channels, "", device, timing, at);
  return { device, firstChannel: 0, channels };
}

/** What a system of any site is made from. @param served the model whose heads one set of channels serves */
function common(source: PimSource, served: ModelConfig, sharing: PimSharing, where: string) {
  const { options, elementBytes, kvElementBytes, withEnergy } = source;
  checkStripes(sharing, options.blockSize, `${where}.stripe_tokens`);
  if (sharing.channels_per_head > 1 && sharing.queries_per_row > 1) {
    throw new TandemError("E_SCHEMA", "queries share rows of whole heads only", {
      where: `${where}.queries_per_row`,
      hint: "expected 1 beside channels_per_head",
    });
  }
  return {
    layOut: kvLayouts[sharing.stripe_tokens > 0 ? "striped" : "head-parallel"],
    blockBytes: kvBytesPerToken(served, kvElementBytes) * options.blockSize,
    shape: attentionShape(served),
    elementBytes,
    kvElementBytes,
    sharing,
    phase: options.attnOffloadPhase,
    withEnergy,
    where,
  };
}

const noChannel = (
  sizeGiB: number,
  channels: number,
  forWhom: string,
  device: PimDevice,
  timing: PimTiming,
  at: string,
): TandemError =>
  new TandemError("E_CAPACITY", `${sizeGiB} GiB are ${channels} channels of ${device.name}${forWhom}`, {
    where: `${at}.mem_size`,
    hint: `a channel holds ${timing.channelBytes / GIB} GiB`,
  });

/** A KV block lies on one group. @throws {TandemError} E_SCHEMA */
function checkStripes({ stripe_tokens: stripe }: PimSharing, blockSize: number, where: string): void {
  if (stripe % blockSize === 0) return;
  throw new TandemError("E_SCHEMA", `stripes of ${stripe} tokens cut KV blocks of ${blockSize}`, {
    where,
    hint: `expected a multiple of --block-size, e.g. ${Math.ceil(stripe / blockSize) * blockSize}`,
  });
}
