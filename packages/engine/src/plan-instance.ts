/**
 * @module
 * The plan of one instance: its weights, its KV room, its cost models.
 */
import {
  gpuHoldsPrompts,
  kvBytesPerToken,
  mergeNs,
  type OnExtrapolate,
  rankModel,
  weightBytes,
} from "@tandem-sim/hardware";
import {
  type CalibrationEffect,
  type ClusterInstance,
  type ClusterNode,
  dtypeBytes,
  type InstanceOptions,
  kvElementBytes,
  modelDtype,
  placed,
  refuseSlidingWindow,
  TandemError,
  tierOf,
} from "@tandem-sim/schemas";
import { splits } from "@tandem-sim/trace";
import type { InstancePlan, PlanInputs, PlanOptions } from "./plan.js";
import { type InterGpuLink, planCollective } from "./plan-collective.js";
import { planGpu } from "./plan-gpu.js";
import { planHostKv } from "./plan-host-kv.js";
import { GIB, type PimSite, planPim } from "./plan-pim.js";

/** One instance of the config, and where it stands. */
export interface InstanceSource {
  id: number;
  node: number;
  clusterNode: ClusterNode;
  config: ClusterInstance;
  /** Between the GPUs of an instance. */
  gpuLink: InterGpuLink;
  loaded: PlanInputs["nodes"][number]["instances"][number];
  /** Null: GPU times as they are. */
  calibration: CalibrationEffect | null;
  /** Null without offload. */
  site: PimSite | null;
  /** Options of all instances of the node. */
  onNode: readonly InstanceOptions[];
  /** File and JSON path of its host memory, for errors. */
  hostAt: string;
  /** File and JSON path, for errors. */
  at: string;
  planOptions: PlanOptions;
}

/** @throws {TandemError} E_CAPACITY where weights or the first KV block do not fit */
export function planInstance(source: InstanceSource): InstancePlan {
  const { id, node, clusterNode, config, gpuLink, calibration, site, at, planOptions } = source;
  const { model, options } = source.loaded;
  const maxModelLen = options.maxModelLen ?? model.max_position_embeddings;
  refuseSlidingWindow(model, maxModelLen, `${at}.model_name`);
  const elementBytes = dtypeBytes[options.dtype ?? modelDtype(model)];
  const kvBytes = kvElementBytes(model, options);
  const { tp_size: gpus = 1 } = config;
  const rank = rankModel(model, gpus, `${at}.tp_size`);
  const onExtrapolate: OnExtrapolate = (...what) => planOptions.onExtrapolate?.(id, ...what);
  const gpu = placed(at, () => planGpu(source.loaded, rank, at, { onExtrapolate, calibration }));
  const weights = weightBytes(rank, elementBytes);
  const blockBytes = kvBytesPerToken(rank, kvBytes) * options.blockSize;
  // The host's PIM holds every head once, that of GPUs what each of them holds.
  const pimBlockBytes =
    site?.attach === "host" ? kvBytesPerToken(model, kvBytes) * options.blockSize : gpus * blockBytes;
  const kvRoom = roomBesideWeights(source, weights);
  const pim =
    site &&
    planPim(site, {
      gpus,
      model,
      rank,
      options,
      elementBytes,
      kvElementBytes: kvBytes,
      weightBytes: weights,
      kvRoom,
      withEnergy: Boolean(clusterNode.power),
    });
  return {
    id,
    node,
    modelName: config.model_name,
    model,
    gpus,
    rank,
    hardware: config.hardware,
    options,
    maxModelLen,
    elementBytes,
    kvElementBytes: kvBytes,
    weightBytes: weights,
    blockBytes,
    pimBlockBytes,
    gpuBlocks: pim && !gpuHoldsPrompts(pim) ? 0 : gpuBlocks(source, kvRoom, blockBytes),
    gpuBandwidthGBps: gpus * config.npu_mem.mem_bw,
    gpuTimes: source.loaded.gpuSpec ? tierOf(source.loaded.gpuSpec) : (source.loaded.profile.computed ?? "measured"),
    calibration: calibration?.constants ?? null,
    costs: {
      layers: model.num_hidden_layers,
      gpu,
      collective: planCollective({
        gpus,
        link: gpuLink,
        spec: source.loaded.gpuSpec ?? null,
        memoryGBps: config.npu_mem.mem_bw,
        efficiency: calibration?.constants.link_efficiency ?? 1,
        bytesPerToken: model.hidden_size * elementBytes,
      }),
      // What one set of channels gives back is merged by the GPUs that it serves.
      mergeNs: (bytes) => mergeNs(bytes, (gpus / (pim?.copies ?? 1)) * config.npu_mem.mem_bw),
      hostNs: hostTransfer(clusterNode),
      separateAttention: options.gpuMixedAttention === "separate",
      pim,
    },
    pim,
    hostKv:
      options.kvOffload === "host"
        ? planHostKv({
            node: clusterNode,
            all: source.onNode,
            options,
            gpus,
            blockBytes: blockBytes * gpus,
            at: source.hostAt,
          })
        : null,
    split: options.enableSubBatchInterleaving ? (planOptions.split ?? splits[options.subBatchSplit]) : null,
  };
}

/** Bytes of GPU memory for KV. */
function roomBesideWeights({ config, loaded, at }: InstanceSource, weights: number): number {
  const { mem_size: sizeGiB, mem_util } = config.npu_mem;
  const utilization = mem_util ?? loaded.options.npuMemoryUtilization;
  const budget = sizeGiB * GIB * utilization;
  if (weights <= budget) return budget - weights;
  throw new TandemError(
    "E_CAPACITY",
    `the weights take ${gigabytes(weights)}, the GPU gives ${gigabytes(budget)} (${sizeGiB} GiB x ${utilization})`,
    { where: `${at}.npu_mem`, hint: "a larger GPU, a smaller model or dtype, or a higher --npu-memory-utilization" },
  );
}

function gpuBlocks({ loaded, at }: InstanceSource, kvRoom: number, blockBytes: number): number {
  const blocks = loaded.gpuBlocks ?? Math.floor(kvRoom / blockBytes);
  if (blocks > 0) return blocks;
  throw new TandemError("E_CAPACITY", `${gigabytes(kvRoom)} are left beside the weights: not one KV block`, {
    where: `${at}.npu_mem`,
    hint: `a block of ${loaded.options.blockSize} tokens takes ${gigabytes(blockBytes)}`,
  });
}

/** Bytes of a token id, int32, which crosses between GPU and host memory once each way. LLMServingSim does the same. */
export const TOKEN_ID_BYTES = 4;

const hostTransfer =
  ({ cpu_mem: host }: ClusterNode) =>
  (tokens: number): number =>
    Math.floor((tokens * TOKEN_ID_BYTES) / host.mem_bw + host.mem_latency);

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 4 : 1)} GB`;
