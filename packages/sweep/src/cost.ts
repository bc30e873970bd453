/**
 * @module
 * What a run costs at given prices.
 */
import type { Prices, Summary } from "@tandem-sim/schemas";

const NS_PER_HOUR = 3.6e12;
const J_PER_KWH = 3.6e6;

/** USD: GPUs and PIM channels for the makespan, and the energy that was counted. */
export function costUsd({ makespan_ns, instances, energy_j }: Summary, prices: Prices): number {
  const hours = makespan_ns / NS_PER_HOUR;
  const gpus = instances.reduce((sum, { gpus: own = 1 }) => sum + own, 0);
  const channels = instances.reduce((sum, { pim_channels }) => sum + pim_channels, 0);
  const kwh = (energy_j?.total ?? 0) / J_PER_KWH;
  return hours * (gpus * prices.gpu_hour + channels * prices.pim_channel_hour) + kwh * prices.kwh;
}
