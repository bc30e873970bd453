/**
 * @module
 * A memory with two row buffers a bank, in which the GPU reads while PIM computes: how much each slows the other down.
 * Measured with a public command-level simulator (NeuPIMs' DRAM simulator) at L = 512, reads offered at full rate: PIM
 * takes 4.4% longer, reads get 24.8 of 32 bytes a cycle. In between both effects are taken to be linear; that is not measured.
 */
import type { GpuTraffic } from "../gpu/traffic.js";

/** Share of the memory's bandwidth that is left for reads while PIM computes. */
const READ_SHARE_BESIDE_PIM = 24.8 / 32;

/** How much longer PIM takes while reads are offered at the memory's full rate. */
const PIM_DELAY_BESIDE_READS = 0.044;

/** What contention between a GPU and the PIM in its memory follows from. */
export interface Contention {
  /** Of one GPU. */
  traffic: GpuTraffic;
  /** Bandwidth of one GPU's memory, GB/s. */
  memoryGBps: number;
}

/** Share of the memory's bandwidth, from 0 to 1, that GPU work of `bytes` in `ns` asks for. */
export const askedShare = (bytes: number, ns: number, { memoryGBps }: Contention): number =>
  ns > 0 ? Math.min(1, bytes / (ns * memoryGBps)) : 0;

/** How many times as long GPU work takes while PIM computes: it still gets what is left. */
export const gpuSlowdown = (asked: number): number => Math.max(1, asked / READ_SHARE_BESIDE_PIM);

/** How many times as long PIM takes while such GPU work runs. */
export const pimSlowdown = (asked: number): number => 1 + PIM_DELAY_BESIDE_READS * asked;
