/**
 * @module
 * What the iterations of one instance cost: its GPU, and the PIM that it offloads to.
 */
import type { CollectiveCosts, GpuCosts, PimSystem } from "@tandem-sim/hardware";

export interface IterationCosts {
  layers: number;
  gpu: GpuCosts;
  /** Between the GPUs that share its layers; null where it is one. */
  collective: CollectiveCosts | null;
  /** Merging partial results of striped attention on the GPU, one layer, whole ns; 0 bytes take no time. */
  mergeNs(partialBytes: number): number;
  /** Token ids to or from host memory, whole ns: before the prologue and behind the head. */
  hostNs(tokens: number): number;
  /** Whether GPU attention of prefills and of decodes are two kernels, one behind the other; else one takes both. */
  separateAttention: boolean;
  /** Null without offload. */
  pim: PimSystem | null;
}
