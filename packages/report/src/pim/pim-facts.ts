/**
 * @module
 * What a PIM device can do for a model: derived values, latency over context, power, and where it beats a GPU.
 */
import {
  architectureOf,
  createGpuCosts,
  createLinkCosts,
  createPimCosts,
  createPimEnergy,
  derivePimTiming,
  type GpuCosts,
  gemvGBps,
  headParallel,
  kvBytesPerLayer,
  kvBytesPerToken,
  type PimAttention,
  type PimTiming,
  pimAttention,
  shapeOnChannel,
} from "@tandem-sim/hardware";
import {
  attentionShape,
  dtypeBytes,
  type GpuProfile,
  type ModelConfig,
  modelDtype,
  type PimAttach,
  type PimDevice,
  PimLink,
  TandemError,
} from "@tandem-sim/schemas";

/** What is asked for. */
export interface PimQuestion {
  device: PimDevice;
  model: ModelConfig;
  /** GPU to compare with; null where there is no profile of it. */
  gpu: GpuProfile | null;
  /** Where it sits: in the GPU's own memory nothing crosses a link. */
  attach: PimAttach;
  /** Channels of that memory. */
  channels: number;
  contexts: readonly number[];
  share: number;
  queriesPerRow: number;
  /** Bytes of a K or V element. */
  kvElementBytes: number;
}

/** From which batch of decodes at a context attention is faster on PIM than on the GPU, and up to which. */
export interface BreakEven {
  context: number;
  /** Null: none up to the greatest that was measured on the GPU. */
  batch: number | null;
  /** Every batch from `batch` to this one is faster; the greatest that was measured, if nothing ends it before. */
  untilBatch: number | null;
  /** Attention of a layer at that batch, or at the greatest one, transfers included. */
  pimNs: number;
  gpuNs: number;
}

export interface PimFacts {
  attach: PimAttach;
  timing: PimTiming;
  channels: number;
  channelsPerGroup: number;
  groups: number;
  /** All heads of one layer on one channel. */
  latency: (PimAttention & { context: number })[];
  /** One decode on its group, the heads spread over its channels, ns. */
  groupLatencyNs: number[];
  /** KV bytes per second that all channels attend to at each context, GB/s. */
  kvGBps: number[];
  /** Energy of a computing channel for each KV byte at each context, pJ, idle power included. */
  kvPjPerByte: number[];
  /** The same decode alone on the GPU, ns; null without a GPU. */
  gpuLatencyNs: number[] | null;
  idleWatts: number;
  peakWatts: number;
  gemvGBps: number;
  breakEven: BreakEven[];
  /** Greatest batch that break-even looked at; 0 without a GPU. */
  greatestBatch: number;
}

/** Answers the question. */
export function pimFacts(question: PimQuestion): PimFacts {
  const { device, model, gpu, attach, channels, contexts, share, queriesPerRow, kvElementBytes } = question;
  const timing = derivePimTiming(device);
  const shape = attentionShape(model);
  const blockBytes = kvBytesPerToken(model, kvElementBytes);
  const layout = headParallel({ shape, channels, channelBytes: timing.channelBytes, blockBytes });
  const { groups, channelsPerGroup: perGroup } = layout;
  const whole = shapeOnChannel(shape, 1, kvElementBytes, share);
  const onChannel = shapeOnChannel(shape, perGroup, kvElementBytes, share);
  const costs = createPimCosts(timing, onChannel, queriesPerRow, "--share");
  const energy = createPimEnergy(device, timing, onChannel, queriesPerRow);
  const { idleWatts, peakWatts } = energy;
  const kvBytes = kvBytesPerLayer(onChannel, kvElementBytes);
  const gpuCosts = gpu && createGpuCosts(gpu, architectureOf(model));
  const greatestBatch = gpuCosts?.range.nDecode ?? 0;
  const transfersNs = attach === "gpu" ? () => 0 : transfersOf(model, kvElementBytes);
  const pimNs = (batch: number, context: number): number =>
    transfersNs(batch) + Math.ceil(batch / groups) * costs.decodeNs(context);
  return {
    attach,
    timing,
    channels,
    channelsPerGroup: perGroup,
    groups,
    latency: contexts.map((context) => ({ context, ...pimAttention(timing, whole, context) })),
    groupLatencyNs: contexts.map((context) => costs.decodeNs(context)),
    kvGBps: contexts.map((context) => (groups * perGroup * context * kvBytes) / costs.decodeNs(context)),
    // W x ns is nJ.
    kvPjPerByte: contexts.map(
      (context) => (energy.decodePj(context) + 1000 * idleWatts * costs.decodeNs(context)) / (context * kvBytes),
    ),
    gpuLatencyNs: gpuCosts && contexts.map((context) => decodesOnGpu(gpuCosts, 1, context)),
    idleWatts,
    peakWatts,
    gemvGBps: gemvGBps(timing, onChannel, groups * perGroup),
    breakEven: gpuCosts ? contexts.map((context) => breakEven(context, greatestBatch, pimNs, gpuCosts)) : [],
    greatestBatch,
  };
}

/** Over the link, for a layer of `batch` decodes: up, and down again. */
function transfersOf(model: ModelConfig, kvElementBytes: number): (batch: number) => number {
  const link = PimLink.parse({});
  const activationBytes = dtypeBytes[modelDtype(model)];
  const costs = createLinkCosts(attentionShape(model), link.bw, link.latency, activationBytes, kvElementBytes);
  return (batch) => costs.transferNs(costs.upBytes(batch)) + costs.transferNs(costs.downBytes(batch));
}

/** Attention of a layer for `batch` equal decodes on the GPU. */
const decodesOnGpu = (gpu: GpuCosts, batch: number, context: number): number =>
  gpu.attentionNs(0, 0, batch, context, context, context);

function breakEven(
  context: number,
  greatest: number,
  pimNs: (batch: number, context: number) => number,
  gpu: GpuCosts,
): BreakEven {
  const gpuNs = (batch: number): number => decodesOnGpu(gpu, batch, context);
  const isFaster = (batch: number): boolean => batch <= greatest && pimNs(batch, context) < gpuNs(batch);
  let first = 1;
  while (first <= greatest && !isFaster(first)) first++;
  if (first > greatest) {
    return { context, batch: null, untilBatch: null, pimNs: pimNs(greatest, context), gpuNs: gpuNs(greatest) };
  }
  let last = first;
  while (isFaster(last + 1)) last++;
  return { context, batch: first, untilBatch: last, pimNs: pimNs(first, context), gpuNs: gpuNs(first) };
}

/**
 * Channels of a memory.
 *
 * @throws {TandemError} E_CAPACITY where the memory is smaller than a channel
 */
export function channelsOf(device: PimDevice, memGiB: number): number {
  const channelGiB = derivePimTiming(device).channelBytes / 2 ** 30;
  const channels = Math.floor(memGiB / channelGiB);
  if (channels >= 1) return channels;
  throw new TandemError("E_CAPACITY", `${memGiB} GiB hold no channel of ${channelGiB} GiB`, { where: "--mem-size" });
}
