/**
 * @module
 * From configs to a plan: every capacity, share and cost model of every instance, or the reason why it cannot be
 * simulated.
 */
import {
  architectureOf,
  createGpuCosts,
  createLinkCosts,
  createPimCosts,
  createPimEnergy,
  derivePimTiming,
  gemvGBps,
  kvBytesPerToken,
  type OnExtrapolate,
  type PimTiming,
  pimIdleWatts,
  shapeOnChannel,
  weightBytes,
} from "@tandem-sim/hardware";
import { channelsPerGroup } from "@tandem-sim/scheduler";
import {
  attentionShape,
  type ClusterConfig,
  type ClusterInstance,
  type ClusterNode,
  dtypeBytes,
  type GpuProfile,
  type InstanceOptions,
  type ModelConfig,
  modelDtype,
  type PimDevice,
  PimLink,
  PimSharing,
  type PowerBlock,
  TandemError,
} from "@tandem-sim/schemas";
import { type IterationCosts, type SplitRule, splits } from "@tandem-sim/trace";
import { refuseUnsupported, withInterleavingWhereOffloaded } from "./supported.js";

const GIB = 2 ** 30;

/** The shape of what `loadClusterInputs` of `@tandem-sim/schemas/node` returns. */
export interface PlanInputs {
  source: string;
  cluster: ClusterConfig;
  nodes: {
    pim: PimDevice | null;
    instances: { model: ModelConfig; profile: GpuProfile; options: InstanceOptions }[];
  }[];
  /** KV blocks of every instance's GPU, where known from a real engine; otherwise they follow from its memory. */
  gpuBlocks?: number;
}

/** An instance's share of its node's PIM. */
export interface PimShare {
  device: PimDevice;
  timing: PimTiming;
  /** Number of its first channel on the node. */
  firstChannel: number;
  channels: number;
  channelsPerGroup: number;
  groups: number;
  blocksPerGroup: number;
  /** KV bytes per second, GB/s, that its channels attend to on long contexts. */
  gemvGBps: number;
  linkGBps: number;
}

export interface InstancePlan {
  /** Number over all nodes. */
  id: number;
  node: number;
  modelName: string;
  model: ModelConfig;
  hardware: string;
  options: InstanceOptions;
  maxModelLen: number;
  elementBytes: number;
  kvElementBytes: number;
  weightBytes: number;
  /** GPU memory of one KV block. */
  blockBytes: number;
  gpuBlocks: number;
  gpuBandwidthGBps: number;
  costs: IterationCosts;
  /** Null without offload. */
  pim: PimShare | null;
  /** Null without interleaving. */
  split: SplitRule | null;
}

export type RoutingPolicy = "LOAD" | "RR" | "RAND";

/** What a node's energy goes by. */
export interface NodePlan {
  id: number;
  /** Null: not counted. */
  power: PowerBlock | null;
  hostMemGiB: number;
  /** All PIM channels of the node, offloaded to or not; null where its host memory is no PIM. */
  pim: { channels: number; idleWattsPerChannel: number } | null;
}

export interface SimulationPlan {
  source: string;
  nodes: NodePlan[];
  instances: InstancePlan[];
  routing: RoutingPolicy;
  seed: number;
}

/** What holds for the whole simulation. */
export interface PlanOptions {
  routing?: RoutingPolicy;
  seed?: number;
  /** Called with a warning, once per axis of a profile that a run leaves. */
  onExtrapolate?: (instance: number, ...what: Parameters<OnExtrapolate>) => void;
}

/**
 * @throws {TandemError} E_UNSUPPORTED for what is not simulated yet, E_CAPACITY for a model that does not fit,
 *   E_USAGE for options that contradict each other
 */
export function createPlan(given: PlanInputs, planOptions: PlanOptions = {}): SimulationPlan {
  refuseUnsupported(given.cluster, given.source);
  const inputs = withInterleavingWhereOffloaded(given);
  const instances: InstancePlan[] = [];
  inputs.cluster.nodes.forEach((node, n) => {
    const loaded = inputs.nodes[n]!;
    const offloading = loaded.instances.filter((instance) => instance.options.enableAttnOffloading).length;
    let offloadRank = 0;
    node.instances.forEach((config, i) => {
      const at = `${inputs.source}: $.nodes[${n}].instances[${i}]`;
      const instance = loaded.instances[i]!;
      const share = instance.options.enableAttnOffloading
        ? {
            rank: offloadRank++,
            of: offloading,
            node,
            device: loaded.pim,
            at: `${inputs.source}: $.nodes[${n}].cpu_mem`,
          }
        : null;
      instances.push(
        planInstance({
          id: instances.length,
          node: n,
          clusterNode: node,
          config,
          loaded: instance,
          share,
          at,
          planOptions,
          knownBlocks: inputs.gpuBlocks,
        }),
      );
    });
  });
  return {
    source: inputs.source,
    nodes: inputs.cluster.nodes.map((node, id) => planNode(id, node, inputs.nodes[id]!.pim, inputs.source)),
    instances,
    routing: planOptions.routing ?? "LOAD",
    seed: planOptions.seed ?? 42,
  };
}

const nodeChannels = (node: ClusterNode, timing: PimTiming): number =>
  Math.floor((node.cpu_mem.mem_size * GIB) / timing.channelBytes);

function planNode(id: number, node: ClusterNode, device: PimDevice | null, source: string): NodePlan {
  for (const { hardware } of node.power ? node.instances : []) {
    if (Object.hasOwn(node.power?.npu ?? {}, hardware)) continue;
    throw new TandemError("E_SCHEMA", `no entry for ${hardware}`, {
      where: `${source}: $.nodes[${id}].power.npu`,
      hint: "every GPU of a node with a power block needs one",
    });
  }
  const timing = device && derivePimTiming(device);
  return {
    id,
    power: node.power ?? null,
    hostMemGiB: node.cpu_mem.mem_size,
    pim: timing && { channels: nodeChannels(node, timing), idleWattsPerChannel: pimIdleWatts(device, timing) },
  };
}

interface ShareOfNode {
  rank: number;
  of: number;
  node: ClusterNode;
  device: PimDevice | null;
  at: string;
}

/** One instance of the config, and where it stands. */
interface InstanceSource {
  id: number;
  node: number;
  clusterNode: ClusterNode;
  config: ClusterInstance;
  loaded: PlanInputs["nodes"][number]["instances"][number];
  /** Null without offload. */
  share: ShareOfNode | null;
  /** File and JSON path, for errors. */
  at: string;
  planOptions: PlanOptions;
  knownBlocks: number | undefined;
}

function planInstance(source: InstanceSource): InstancePlan {
  const { id, node, clusterNode, config, share, at, planOptions, knownBlocks } = source;
  const { model, profile, options } = source.loaded;
  const elementBytes = dtypeBytes[options.dtype ?? modelDtype(model)];
  const kvElementBytes = options.kvCacheDtype === "fp8" ? 1 : elementBytes;
  const weights = weightBytes(model, elementBytes);
  const blockBytes = kvBytesPerToken(model, kvElementBytes) * options.blockSize;
  const utilization = config.npu_mem.mem_util ?? options.npuMemoryUtilization;
  const budget = config.npu_mem.mem_size * GIB * utilization;
  if (weights > budget) {
    throw new TandemError(
      "E_CAPACITY",
      `the weights take ${gigabytes(weights)}, the GPU gives ${gigabytes(budget)} (${config.npu_mem.mem_size} GiB x ${utilization})`,
      { where: `${at}.npu_mem`, hint: "a larger GPU, a smaller model or dtype, or a higher --npu-memory-utilization" },
    );
  }
  const costs: IterationCosts = {
    layers: model.num_hidden_layers,
    gpu: createGpuCosts(profile, architectureOf(model), {
      onExtrapolate: (...what) => planOptions.onExtrapolate?.(id, ...what),
    }),
    hostNs: hostTransfer(clusterNode),
    phase: share ? options.attnOffloadPhase : "none",
    pim: null,
    link: null,
  };
  const pim = share ? planPim(share, model, options, costs, elementBytes, kvElementBytes) : null;
  const gpuBlocks = costs.phase === "all" ? 0 : (knownBlocks ?? Math.floor((budget - weights) / blockBytes));
  if (costs.phase !== "all" && gpuBlocks === 0) {
    throw new TandemError(
      "E_CAPACITY",
      `${gigabytes(budget - weights)} are left beside the weights: not one KV block`,
      {
        where: `${at}.npu_mem`,
        hint: `a block of ${options.blockSize} tokens takes ${gigabytes(blockBytes)}`,
      },
    );
  }
  return {
    id,
    node,
    modelName: config.model_name,
    model,
    hardware: config.hardware,
    options,
    maxModelLen: options.maxModelLen ?? model.max_position_embeddings,
    elementBytes,
    kvElementBytes,
    weightBytes: weights,
    blockBytes,
    gpuBlocks,
    gpuBandwidthGBps: config.npu_mem.mem_bw,
    costs,
    pim,
    split: options.enableSubBatchInterleaving ? splits[options.subBatchSplit] : null,
  };
}

/** Token ids travel as int32 between GPU and host memory, once each way. LLMServingSim charges them the same. */
const hostTransfer =
  ({ cpu_mem: host }: ClusterNode) =>
  (tokens: number): number =>
    Math.floor((tokens * 4) / host.mem_bw + host.mem_latency);

function planPim(
  share: ShareOfNode,
  model: ModelConfig,
  options: InstanceOptions,
  costs: IterationCosts,
  elementBytes: number,
  kvElementBytes: number,
): PimShare {
  const { node, device } = share;
  if (!device) {
    throw new TandemError("E_USAGE", "attention offload needs PIM memory on the node", {
      where: `${share.at}.pim_config`,
      hint: 'name a device, e.g. "pim_config": "DDR4_8GB_3200_pim", or take the bundled single_node_pim_instance',
    });
  }
  const timing = derivePimTiming(device);
  const onNode = nodeChannels(node, timing);
  const channels = Math.floor(onNode / share.of);
  if (channels < 1) {
    throw new TandemError(
      "E_CAPACITY",
      `${node.cpu_mem.mem_size} GiB are ${onNode} channels of ${device.name}, for ${share.of} offloading instances`,
      { where: `${share.at}.mem_size`, hint: `a channel holds ${timing.channelBytes / GIB} GiB` },
    );
  }
  const shape = attentionShape(model);
  const perGroup = channelsPerGroup(shape.kvHeads, channels);
  const groups = Math.floor(channels / perGroup);
  const sharing = PimSharing.parse(node.cpu_mem.pim ?? {});
  const link = PimLink.parse(node.cpu_mem.pim_link ?? {});
  const onChannel = shapeOnChannel(shape, perGroup, kvElementBytes, sharing.share);
  const attention = createPimCosts(timing, onChannel, sharing.queries_per_row, `${share.at}.pim.share`);
  costs.pim = {
    attention,
    groups,
    channelsPerGroup: perGroup,
    energy: node.power ? createPimEnergy(device, timing, onChannel, sharing.queries_per_row) : null,
  };
  const linkGBps = link.bw / share.of;
  costs.link = createLinkCosts(shape, linkGBps, link.latency, elementBytes, kvElementBytes);
  const tokenBytesPerLayer = 2 * shape.kvHeads * shape.headDim * kvElementBytes;
  const blockBytes = tokenBytesPerLayer * model.num_hidden_layers * options.blockSize;
  return {
    device,
    timing,
    firstChannel: share.rank * channels,
    channels,
    channelsPerGroup: perGroup,
    groups,
    blocksPerGroup: Math.floor((perGroup * timing.channelBytes) / blockBytes),
    gemvGBps: gemvGBps(timing, onChannel, groups * perGroup),
    linkGBps,
  };
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 4 : 1)} GB`;
