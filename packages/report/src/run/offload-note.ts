/**
 * @module
 * What offload is up against: the channels' bandwidth beside the GPU's.
 */
import type { SimulationPlan } from "@tandem-sim/engine";
import type { PimSystem } from "@tandem-sim/hardware";

/** Where its channels are, and what that means for the GPU. */
function placeOf({ attach, copies, access }: PimSystem): string {
  const each = copies > 1 ? `each of ${copies} GPUs` : "the GPU";
  if (attach === "host") return "";
  if (attach === "device") return ` beside ${each}`;
  return ` in the memory of ${each}, which works ${access === "blocked" ? "in turn with PIM" : "beside PIM, both slower"},`;
}

/** A sentence, of the first instance that offloads; none where none does. */
export function offloadNote(plan: SimulationPlan): string[] {
  const offloading = plan.instances.find((instance) => instance.pim);
  if (!offloading?.pim) return [];
  const { pim } = offloading;
  const { gemvGBps, channels, layout, device } = pim;
  const { channelsPerGroup, groups } = layout;
  const gpu = offloading.gpuBandwidthGBps;
  const ratio = gemvGBps / gpu;
  return [
    `PIM of an instance: ${channels} channels of ${device.name}${placeOf(pim)} in ${groups} groups of ${channelsPerGroup}, ` +
      `${gemvGBps.toFixed(0)} GB/s of KV against the GPU's ${gpu} GB/s (${ratio.toFixed(2)}x).`,
  ];
}
