/**
 * @module
 * A node with round figures for tests, and the slow way of metering one: ns by ns.
 */
import type { PowerBlock } from "@tandem-sim/schemas";
import type { NodeHardware } from "../src/node-power.js";

/** Idle parts: CPU 20 + 0.1 x 100 W, DRAM 3 W per 32 GiB, link 2 x 4 W, base 50 + 15 + 2 x 5 W. */
export const power: PowerBlock = {
  base_node_power: 50,
  npu: {
    big: { idle_power: 25, standby_power: 100, active_power: 550, standby_duration: 2 },
    small: { idle_power: 10, standby_power: 30, active_power: 70, standby_duration: 0.5 },
  },
  cpu: { idle_power: 20, active_power: 120, util: 0.1 },
  dram: { dimm_size: 32, idle_power: 3, energy_per_bit: 5 },
  link: { num_links: 2, idle_power: 4, energy_per_bit: 6 },
  nic: { num_nics: 1, idle_power: 15 },
  storage: { num_devices: 2, idle_power: 5 },
};

export const oneGpu: NodeHardware = { gpus: ["big"], hostMemGiB: 100, pim: null };
export const withPim: NodeHardware = {
  gpus: ["big"],
  hostMemGiB: 100,
  pim: { channels: 16, idleWattsPerChannel: 0.5 },
};
export const twoGpus: NodeHardware = { gpus: ["big", "big"], hostMemGiB: 100, pim: null };

/** What the devices of a node do. */
export interface Activity {
  endNs: number;
  /** By GPU, disjoint and in time order. */
  gpus: [startNs: number, endNs: number][][];
  pim: Spread[];
  link: Spread[];
  host: Spread[];
}
export type Spread = [startNs: number, endNs: number, value: number];

/** Watts in each ns. */
export function wattsByNs(block: PowerBlock, hardware: NodeHardware, activity: Activity): number[] {
  const density = (spreads: Spread[], t: number): number =>
    spreads.reduce((sum, [start, end, value]) => sum + (t >= start && t < end ? value / (end - start) : 0), 0);
  return Array.from({ length: activity.endNs }, (_, t) => {
    let watts = block.base_node_power + block.nic.num_nics * block.nic.idle_power;
    watts += block.storage.num_devices * block.storage.idle_power + block.link.num_links * block.link.idle_power;
    watts += hardware.pim
      ? hardware.pim.channels * hardware.pim.idleWattsPerChannel
      : Math.ceil(hardware.hostMemGiB / block.dram.dimm_size) * block.dram.idle_power;
    let computes = false;
    hardware.gpus.forEach((name, gpu) => {
      const npu = block.npu[name];
      const runs = activity.gpus[gpu].some(([start, end]) => t >= start && t < end);
      const warm = activity.gpus[gpu].some(
        ([start, end]) => end > start && t >= end && t < end + npu.standby_duration * 1e9,
      );
      computes ||= runs;
      watts += runs ? npu.active_power : warm ? npu.standby_power : npu.idle_power;
    });
    const util = computes ? Math.max(0.7, block.cpu.util) : block.cpu.util;
    watts += block.cpu.idle_power + (block.cpu.active_power - block.cpu.idle_power) * util;
    // 1 pJ in 1 ns is 1 mW.
    const link = density(activity.link, t);
    watts += (density(activity.pim, t) + 8 * block.link.energy_per_bit * link) / 1000;
    watts += (8 * block.dram.energy_per_bit * (link + density(activity.host, t))) / 1000;
    return watts;
  });
}
