/**
 * @module
 * What a simulation runs on: every capacity, share and cost model of every instance.
 */
import type { GpuTimesTier, OnExtrapolate, PimSystem } from "@tandem-sim/hardware";
import type {
  CalibrationConstants,
  CalibrationEffect,
  ClusterConfig,
  GpuSource,
  InstanceOptions,
  ModelConfig,
  PimDevice,
  PowerBlock,
} from "@tandem-sim/schemas";
import type { IterationCosts, SplitRule } from "@tandem-sim/trace";
import type { RouterSource, RoutingPolicy } from "./router.js";

/** The shape of what `loadClusterInputs` of `@tandem-sim/schemas/node` returns. */
export interface PlanInputs {
  source: string;
  cluster: ClusterConfig;
  nodes: {
    pim: PimDevice | null;
    instances: ({
      model: ModelConfig;
      options: InstanceOptions;
      /** PIM of its own GPUs; null or left out: none, it offloads to the node's. */
      pim?: PimDevice | null;
      /** KV blocks of its GPU, where known from a real engine; otherwise they follow from its memory. */
      gpuBlocks?: number;
    } & GpuSource)[];
  }[];
  /** What a recorded run of the service says of all its GPUs; left out: their times are as they are. */
  calibration?: CalibrationEffect;
}

export interface InstancePlan {
  /** Number over all nodes. */
  id: number;
  node: number;
  modelName: string;
  model: ModelConfig;
  /** GPUs that share every layer, in step. All figures of a GPU are those of one of them. */
  gpus: number;
  /** The model as one of them holds it. */
  rank: ModelConfig;
  hardware: string;
  options: InstanceOptions;
  maxModelLen: number;
  elementBytes: number;
  kvElementBytes: number;
  weightBytes: number;
  /** Memory of one KV block on a GPU, and on all PIM that holds a part of it. */
  blockBytes: number;
  pimBlockBytes: number;
  /** KV blocks that the GPU has room for; 0 where it holds weights only. */
  gpuBlocks: number;
  /** Memory bandwidth of its GPUs together. */
  gpuBandwidthGBps: number;
  /** How far its GPU times can be trusted. */
  gpuTimes: GpuTimesTier;
  /** What corrects its GPU times; null where nothing does. */
  calibration: CalibrationConstants | null;
  costs: IterationCosts;
  /** The PIM that it offloads to; null without offload. */
  pim: PimSystem | null;
  /** Host memory for KV that the GPU has no room for; null without. */
  hostKv: HostKvPlan | null;
  /** Null without interleaving. */
  split: SplitRule | null;
}

/** An instance's share of host memory, and the link to it. */
export interface HostKvPlan {
  /** KV blocks that it has room for. */
  blocks: number;
  /** Of one GPU: GB/s each way, ns per transfer. */
  link: { bw: number; latency: number };
}

/** KV blocks that an instance has room for where K and V stay: on its PIM, or else on its GPU. */
export const kvBlocks = ({ pim, gpuBlocks }: Pick<InstancePlan, "pim" | "gpuBlocks">): number =>
  pim ? pim.layout.groups * pim.layout.blocksPerGroup : gpuBlocks;

/** What PIM channels draw at all times. */
export interface PimBackground {
  channels: number;
  idleWattsPerChannel: number;
}

/** What a node's energy goes by. */
export interface NodePlan {
  id: number;
  /** Null: not counted. */
  power: PowerBlock | null;
  hostMemGiB: number;
  /** All PIM channels of its host memory, offloaded to or not; null where that is no PIM. */
  pim: PimBackground | null;
  /** PIM channels of its GPUs' own. Those in a GPU's memory draw what the GPU draws: no background of theirs. */
  ownPim: PimBackground[];
}

export interface SimulationPlan {
  source: string;
  nodes: NodePlan[];
  instances: InstancePlan[];
  router: RouterSource;
  seed: number;
}

/** What holds for the whole simulation. */
export interface PlanOptions {
  /** Which instance serves a request: a policy, or what makes a router of one's own; LOAD. */
  routing?: RoutingPolicy | RouterSource;
  /** Of routing at random; 42. */
  seed?: number;
  /** How interleaved iterations are divided, in place of the instances' `subBatchSplit`. */
  split?: SplitRule;
  /** Called with a warning, once per axis of a profile that a run leaves. */
  onExtrapolate?: (instance: number, ...what: Parameters<OnExtrapolate>) => void;
}

/** The same inputs where the KV blocks of every GPU are known from a real engine. */
export const withGpuBlocks = <I extends PlanInputs>(inputs: I, gpuBlocks: number): I => ({
  ...inputs,
  nodes: inputs.nodes.map((node) => ({
    ...node,
    instances: node.instances.map((instance) => ({ ...instance, gpuBlocks })),
  })),
});
