/**
 * @module
 * The PIM that an instance offloads attention to: which channels, how KV lies on them, what it costs, and whose attention
 * runs there. Where PIM sits is an entry of the registry.
 */
import type { AttentionShape, PimDevice, PimSharing } from "@tandem-sim/schemas";
import { createLinkCosts, type LinkCosts } from "../link.js";
import { createPimCosts, type PimCosts } from "./costs.js";
import { createPimEnergy, type PimEnergy } from "./energy.js";
import type { KvLayout, LayOut } from "./kv-layout.js";
import { gemvGBps, shapeOnChannel } from "./node.js";
import { derivePimTiming, type PimTiming } from "./timing.js";

/** Whose attention is offloaded: `all` requests', or only those of requests in their decode phase. */
export type OffloadPhase = "all" | "decode";

export interface PimSystem {
  /** Where PIM sits. */
  name: string;
  device: PimDevice;
  timing: PimTiming;
  layout: KvLayout;
  /** Number of the first channel on its node. */
  firstChannel: number;
  /** Channels of the instance; those that make no whole group stay idle. */
  channels: number;
  /** KV bytes per second, GB/s, that its channels attend to on long contexts. */
  gemvGBps: number;
  /** Bandwidth of the link each way, GB/s. */
  linkGBps: number;
  link: LinkCosts;
  attention: PimCosts;
  /** Null where nobody asks for energy. */
  energy: PimEnergy | null;
  /** Whether the attention of a request runs here, by its phase. What does not still moves its KV here. */
  attendsOnPim(prefill: boolean): boolean;
}

/** What a system is made from. */
export interface PimSystemSource {
  device: PimDevice;
  /** Number of the instance's first channel on its node, and how many it has. */
  firstChannel: number;
  channels: number;
  layOut: LayOut;
  /** Bytes of a KV block, all layers and heads. */
  blockBytes: number;
  shape: AttentionShape;
  elementBytes: number;
  kvElementBytes: number;
  /** Query vectors of a KV head, and of a prefill, that one row activation serves; channels that share a request's heads. */
  sharing: Pick<PimSharing, "share" | "queries_per_row" | "channels_per_group" | "stripe_tokens">;
  /** The instance's share of the link: GB/s each way, ns per transfer. */
  link: { bw: number; latency: number };
  phase: OffloadPhase;
  withEnergy: boolean;
  /** Place of the sharing, for errors. */
  where: string;
}

/** PIM is the node's host memory, behind the host link; instances share its channels and the link. */
export function hostPim(source: PimSystemSource): PimSystem {
  const { device, shape, channels, sharing, link, kvElementBytes } = source;
  const timing = derivePimTiming(device);
  const layout = source.layOut({
    shape,
    channels,
    channelBytes: timing.channelBytes,
    blockBytes: source.blockBytes,
    channelsPerGroup: sharing.channels_per_group,
    stripeTokens: sharing.stripe_tokens,
    where: `${source.where}.channels_per_group`,
  });
  const onChannel = shapeOnChannel(shape, layout.channelsPerGroup, kvElementBytes, sharing.share);
  return {
    name: "host",
    device,
    timing,
    layout,
    firstChannel: source.firstChannel,
    channels,
    gemvGBps: gemvGBps(timing, onChannel, layout.groups * layout.channelsPerGroup),
    linkGBps: link.bw,
    link: createLinkCosts(shape, link.bw, link.latency, source.elementBytes, kvElementBytes),
    attention: createPimCosts(timing, onChannel, sharing.queries_per_row, `${source.where}.share`),
    energy: source.withEnergy ? createPimEnergy(device, timing, onChannel, sharing.queries_per_row) : null,
    attendsOnPim: (prefill) => source.phase === "all" || !prefill,
  };
}

/** The registry of places where PIM may sit. */
export const pimSystems = { host: hostPim } as const satisfies Record<string, (source: PimSystemSource) => PimSystem>;
