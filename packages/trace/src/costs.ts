/**
 * @module
 * What the iterations of one instance cost: its GPU, its share of the PIM channels and of the host link.
 */
import type { GpuCosts, LinkCosts, PimCosts, PimEnergy } from "@tandem-sim/hardware";

/** Where attention runs. */
export type OffloadPhase = "none" | "all" | "decode";

export interface IterationCosts {
  layers: number;
  gpu: GpuCosts;
  /** Token ids to or from host memory, whole ns: before the prologue and behind the head. */
  hostNs(tokens: number): number;
  phase: OffloadPhase;
  /** Null without offload. */
  pim: {
    attention: PimCosts;
    groups: number;
    channelsPerGroup: number;
    /** Null where nobody asks for energy. */
    energy: PimEnergy | null;
  } | null;
  link: LinkCosts | null;
}
