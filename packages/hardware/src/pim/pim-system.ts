/**
 * @module
 * The PIM that an instance offloads attention to: which channels, how KV lies on them, what it costs, and whose attention
 * runs there. Where PIM sits is an entry of the registry.
 */
import type { AttentionShape, PimAccess, PimAttach, PimDevice, PimSharing } from "@tandem-sim/schemas";
import { createLinkCosts, type LinkCosts, type OffloadBytes, offloadBytes } from "../link.js";
import type { PimShape } from "./attention.js";
import type { Contention } from "./contention.js";
import { createPimCosts, type PimCosts } from "./costs.js";
import { createPimEnergy, type PimEnergy } from "./energy.js";
import type { KvLayout, LayOut } from "./kv-layout.js";
import { gemvGBps, shapeOnChannel } from "./node.js";
import { derivePimTiming, type PimTiming } from "./timing.js";
import type { GroupSharing } from "./token-parts.js";

/** Whose attention is offloaded: `all` requests', or only those of requests in their decode phase. */
export type OffloadPhase = "all" | "decode";

export interface PimSystem {
  attach: PimAttach;
  device: PimDevice;
  timing: PimTiming;
  layout: KvLayout;
  /** Number of the first channel on its node; from 0 on each GPU that has channels of its own. */
  firstChannel: number;
  /** Channels that share the heads of a GPU, or of the instance; those that make no whole group stay idle. */
  channels: number;
  /** Sets of such channels, which work in step: one for each GPU that has its own. */
  copies: number;
  /** KV bytes per second, GB/s, that all its channels attend to on long contexts. */
  gemvGBps: number;
  /** Bandwidth of the links each way, all together, GB/s; null where there is none. */
  linkGBps: number | null;
  /** Of one set of channels. */
  bytes: OffloadBytes;
  /** To one set of channels. Null where PIM is in the GPU's own memory. */
  link: LinkCosts | null;
  /** `separate`: another memory than the GPU's; else how the GPU and PIM share it. */
  access: "separate" | PimAccess;
  /** How much GPU and PIM slow each other down; null where they do not. */
  contention: Contention | null;
  attention: PimCosts;
  /** Of one set of channels. Null where nobody asks for energy. */
  energy: PimEnergy | null;
  /** Whether the attention of a request runs here, by its phase. What does not still has its KV here. */
  attendsOnPim(prefill: boolean): boolean;
}

/** Whether the GPU holds the KV of a prompt as well while it attends to it: where that stays in another memory. */
export const gpuHoldsPrompts = ({ link, attendsOnPim }: PimSystem): boolean => link !== null && !attendsOnPim(true);

/** What a system is made from. */
export interface PimSystemSource {
  device: PimDevice;
  firstChannel: number;
  channels: number;
  copies: number;
  /** Bytes of a channel that KV may take; left out: all of them. */
  channelKvBytes?: number;
  layOut: LayOut;
  /** Bytes of a KV block on one set of channels, all layers and its heads. */
  blockBytes: number;
  /** Heads that one set of channels serves. */
  shape: AttentionShape;
  elementBytes: number;
  kvElementBytes: number;
  /** Query vectors of a KV head, and of a prefill, that one row activation serves; channels that share a request's heads. */
  sharing: Pick<
    PimSharing,
    "share" | "queries_per_row" | "channels_per_group" | "channels_per_head" | "stripe_tokens" | "kv_append"
  >;
  phase: OffloadPhase;
  withEnergy: boolean;
  /** Place of the sharing, for errors. */
  where: string;
}

/** GB/s each way and ns per transfer of the link to one set of channels. */
interface PimLinkSource {
  link: { bw: number; latency: number };
}

/** What the GPU that owns the memory does to PIM in it. */
interface SharedMemorySource {
  access: PimAccess;
  contention: Contention;
}

/** What the costs on a device depend on. */
interface CostsQuery {
  onChannel: PimShape;
  queriesPerRow: number;
  among: GroupSharing;
  withEnergy: boolean;
}

type Costs = Pick<PimSystem, "attention" | "energy">;

/** By device, of queries that were asked before: their tables take longer to fill than the rest of a plan. */
const known = new WeakMap<PimDevice, Map<string, Costs>>();

function costsOf(device: PimDevice, timing: PimTiming, query: CostsQuery, where: string): Costs {
  const ofDevice = known.get(device) ?? new Map<string, Costs>();
  known.set(device, ofDevice);
  const key = JSON.stringify(query);
  const { onChannel, queriesPerRow, among, withEnergy } = query;
  const costs = ofDevice.get(key) ?? {
    attention: createPimCosts(timing, onChannel, queriesPerRow, where, among),
    energy: withEnergy ? createPimEnergy(device, timing, onChannel, queriesPerRow, among) : null,
  };
  ofDevice.set(key, costs);
  return costs;
}

/** What is the same wherever PIM sits. */
function channelsOf(source: PimSystemSource) {
  const { device, shape, channels, copies, sharing, kvElementBytes } = source;
  const timing = derivePimTiming(device);
  const layout = source.layOut({
    shape,
    channels,
    channelBytes: source.channelKvBytes ?? timing.channelBytes,
    blockBytes: source.blockBytes,
    channelsPerHead: sharing.channels_per_head,
    channelsPerGroup: sharing.channels_per_group,
    stripeTokens: sharing.stripe_tokens,
    where: source.where,
  });
  const { tokenParts = 1, channelsPerGroup } = layout;
  const onChannel = shapeOnChannel(shape, channelsPerGroup / tokenParts, kvElementBytes, sharing.share);
  return {
    device,
    timing,
    layout,
    firstChannel: source.firstChannel,
    channels,
    copies,
    bytes: offloadBytes(shape, source.elementBytes, kvElementBytes),
    gemvGBps: gemvGBps(timing, onChannel, copies * layout.groups * layout.channelsPerGroup),
    ...costsOf(
      device,
      timing,
      {
        onChannel,
        queriesPerRow: sharing.queries_per_row,
        among: { tokenParts, appends: sharing.kv_append },
        withEnergy: source.withEnergy,
      },
      `${source.where}.share`,
    ),
    attendsOnPim: (prefill: boolean) => source.phase === "all" || !prefill,
  };
}

function behindLink(attach: PimAttach, source: PimSystemSource & PimLinkSource): PimSystem {
  const { shape, link, copies, elementBytes, kvElementBytes } = source;
  return {
    attach,
    ...channelsOf(source),
    linkGBps: copies * link.bw,
    link: createLinkCosts(shape, link.bw, link.latency, elementBytes, kvElementBytes),
    access: "separate",
    contention: null,
  };
}

/** PIM is the node's host memory, behind the host link; instances share its channels and the link. */
const hostPim = (source: PimSystemSource & PimLinkSource): PimSystem => behindLink("host", source);

/** PIM is a memory beside each GPU, behind a link of its own, and serves the heads of that GPU: as AttAcc and CENT. */
const devicePim = (source: PimSystemSource & PimLinkSource): PimSystem => behindLink("device", source);

/** PIM is the memory of each GPU, which its weights lie in too: as NeuPIMs, Duplex and IANUS. Nothing moves. */
const gpuPim = (source: PimSystemSource & SharedMemorySource): PimSystem => ({
  attach: "gpu",
  ...channelsOf(source),
  linkGBps: null,
  link: null,
  access: source.access,
  contention: source.access === "concurrent" ? source.contention : null,
});

/** The registry of places where PIM may sit. */
export const pimSystems = { host: hostPim, device: devicePim, gpu: gpuPim } satisfies Record<PimAttach, unknown>;
