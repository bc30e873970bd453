/**
 * @module
 * What a simulation tells while it runs. It prints nothing itself.
 */
import type { NodeEnergyResult } from "./energy.js";
import type { KvTransfer } from "./host-kv-link.js";
import type { RequestResult } from "./request-log.js";
import type { IterationStart } from "./serving-instance.js";

/** Throughput and load of one log interval. */
export interface IntervalReport {
  startNs: number;
  endNs: number;
  /** Iteration on which the interval ended. */
  step: number;
  /** Running requests. */
  batch: number;
  /** Prompt tokens per second, prefix hits included. */
  promptTokS: number;
  /** Generated tokens per second. */
  decodeTokS: number;
  /** Weights and KV at the interval's end, on one GPU of each instance: those that share its layers hold as much. */
  gpuMemoryBytes: number;
  /** KV on all PIM channels at the interval's end; null without offload. */
  pimMemoryBytes: number | null;
  /** KV in host memory at the interval's end; left out where no instance moves KV there. */
  hostKvBytes?: number;
  /** Share of the interval in which a GPU runs a segment, mean over GPUs. */
  gpuBusy: number;
  /** Share in which at least one channel of an instance computes, mean over offloading instances; null without. */
  pimBusy: number | null;
  /** Average power of all nodes that have a power block; null where none has. */
  powerW: number | null;
}

/** All optional. Called synchronously, in simulated order. */
export interface SimulationObserver {
  /** In order of completion, ties by id. */
  onRequest?(result: RequestResult): void;
  onInterval?(report: IntervalReport): void;
  onIteration?(iteration: IterationStart): void;
  /** KV crosses a host link; called as it takes its place in the queue. */
  onTransfer?(transfer: KvTransfer & { requestId: number | null }): void;
  /** Once, at the end: energy and power over time of every node. */
  onEnergy?(nodes: readonly NodeEnergyResult[]): void;
}
