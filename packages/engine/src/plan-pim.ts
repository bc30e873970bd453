/**
 * @module
 * An instance's share of its node's PIM.
 */
import { derivePimTiming, kvLayouts, type PimSystem, type PimTiming, pimSystems } from "@tandem-sim/hardware";
import {
  attentionShape,
  type ClusterNode,
  type InstanceOptions,
  type ModelConfig,
  type PimDevice,
  PimLink,
  PimSharing,
  TandemError,
} from "@tandem-sim/schemas";

export const GIB = 2 ** 30;

/** Channels that a node's host memory consists of. */
export const channelsOfNode = (node: ClusterNode, timing: PimTiming): number =>
  Math.floor((node.cpu_mem.mem_size * GIB) / timing.channelBytes);

/** Which part of a node's channels and link an instance gets: the `rank`th `of` so many. */
export interface ShareOfNode {
  rank: number;
  of: number;
  node: ClusterNode;
  device: PimDevice | null;
  /** File and JSON path of the host memory, for errors. */
  at: string;
}

/** What offload to a share depends on. */
interface PimSource {
  share: ShareOfNode;
  /** GPUs of the instance, each with a link of its own. */
  gpus: number;
  model: ModelConfig;
  options: InstanceOptions;
  elementBytes: number;
  kvElementBytes: number;
  blockBytes: number;
  withEnergy: boolean;
}

/** @throws {TandemError} E_USAGE without PIM on the node, E_CAPACITY where there is no channel for each instance */
export function planPim(source: PimSource): PimSystem {
  const { share, gpus, options } = source;
  const { node, device, rank, of, at } = share;
  if (!device) {
    throw new TandemError("E_USAGE", "attention offload needs PIM memory on the node", {
      where: `${at}.pim_config`,
      hint: 'name a device, e.g. "pim_config": "DDR4_8GB_3200_pim", or take the bundled single_node_pim_instance',
    });
  }
  const timing = derivePimTiming(device);
  const onNode = channelsOfNode(node, timing);
  const channels = Math.floor(onNode / of);
  if (channels < 1) {
    throw new TandemError(
      "E_CAPACITY",
      `${node.cpu_mem.mem_size} GiB are ${onNode} channels of ${device.name}, for ${of} offloading instances`,
      { where: `${at}.mem_size`, hint: `a channel holds ${timing.channelBytes / GIB} GiB` },
    );
  }
  const sharing = PimSharing.parse(node.cpu_mem.pim ?? {});
  checkStripes(sharing, options.blockSize, `${at}.pim.stripe_tokens`);
  const link = PimLink.parse(node.cpu_mem.pim_link ?? {});
  return pimSystems.host({
    device,
    firstChannel: rank * channels,
    channels,
    layOut: kvLayouts[sharing.stripe_tokens > 0 ? "striped" : "head-parallel"],
    blockBytes: source.blockBytes,
    shape: attentionShape(source.model),
    elementBytes: source.elementBytes,
    kvElementBytes: source.kvElementBytes,
    sharing,
    // Each GPU moves q, k and v of its own heads, all at once: together as fast as their links.
    link: { bw: (gpus * link.bw) / of, latency: link.latency },
    phase: options.attnOffloadPhase,
    withEnergy: source.withEnergy,
    where: `${at}.pim`,
  });
}

/** A KV block lies on one group. @throws {TandemError} E_SCHEMA */
function checkStripes({ stripe_tokens: stripe }: PimSharing, blockSize: number, where: string): void {
  if (stripe % blockSize === 0) return;
  throw new TandemError("E_SCHEMA", `stripes of ${stripe} tokens cut KV blocks of ${blockSize}`, {
    where,
    hint: `expected a multiple of --block-size, e.g. ${Math.ceil(stripe / blockSize) * blockSize}`,
  });
}
