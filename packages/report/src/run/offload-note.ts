/**
 * @module
 * What offload is up against: the channels' bandwidth beside the GPU's.
 */
import type { SimulationPlan } from "@tandem-sim/engine";

/** A sentence, of the first instance that offloads; none where none does. */
export function offloadNote(plan: SimulationPlan): string[] {
  const offloading = plan.instances.find((instance) => instance.pim);
  if (!offloading?.pim) return [];
  const { gemvGBps, channels, layout, device } = offloading.pim;
  const { channelsPerGroup, groups } = layout;
  const gpu = offloading.gpuBandwidthGBps;
  const ratio = gemvGBps / gpu;
  return [
    `PIM of an instance: ${channels} channels of ${device.name} in ${groups} groups of ${channelsPerGroup}, ` +
      `${gemvGBps.toFixed(0)} GB/s of KV against the GPU's ${gpu} GB/s (${ratio.toFixed(2)}x).`,
  ];
}
