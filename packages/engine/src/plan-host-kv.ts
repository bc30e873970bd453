/**
 * @module
 * An instance's share of its node's host memory and host link, for KV that its GPUs have no room for.
 */
import { type ClusterNode, type InstanceOptions, PimLink, TandemError } from "@tandem-sim/schemas";
import type { HostKvPlan } from "./plan.js";
import { GIB } from "./plan-pim.js";

interface HostKvSource {
  node: ClusterNode;
  /** Options of all instances of the node. */
  all: readonly InstanceOptions[];
  options: InstanceOptions;
  gpus: number;
  /** Of one block, on all GPUs of the instance. */
  blockBytes: number;
  /** File and JSON path of the host memory, for errors. */
  at: string;
}

/**
 * @throws {TandemError} E_USAGE beside attention offload, E_CAPACITY where host memory is too small
 */
export function planHostKv({ node, all, options, gpus, blockBytes, at }: HostKvSource): HostKvPlan {
  if (options.enableAttnOffloading) {
    throw new TandemError("E_USAGE", "KV lives on PIM already where attention is offloaded", {
      where: "--kv-offload",
      hint: "leave out --enable-attn-offloading, or this",
    });
  }
  if (node.cpu_mem.pim_config && all.some(({ enableAttnOffloading }) => enableAttnOffloading)) {
    throw new TandemError("E_USAGE", "another instance of the node offloads attention to the host's memory", {
      where: `${at}.pim_config`,
      hint: "host memory and link are shared by instances that offload the same",
    });
  }
  const sharing = all.filter(({ kvOffload }) => kvOffload === "host");
  const { mem_size: sizeGiB, mem_bw: memoryGBps, pim_link, host_link } = node.cpu_mem;
  const gibOf = ({ kvOffloadGib }: InstanceOptions): number => kvOffloadGib ?? sizeGiB / sharing.length;
  const neededGiB = sharing.reduce((sum, instance) => sum + gibOf(instance), 0);
  if (neededGiB > sizeGiB * (1 + Number.EPSILON * sharing.length)) {
    throw new TandemError("E_CAPACITY", `${neededGiB} GiB of KV in ${sizeGiB} GiB of host memory`, {
      where: `${at}.mem_size`,
      hint: "a smaller --kv-offload-gib",
    });
  }
  const blocks = Math.floor((gibOf(options) * GIB) / blockBytes);
  if (blocks < 1) {
    throw new TandemError("E_CAPACITY", `${gibOf(options)} GiB of host memory hold not one KV block`, {
      where: "--kv-offload-gib",
      hint: `a block of ${options.blockSize} tokens takes ${blockBytes / GIB} GiB`,
    });
  }
  const { bw, latency } = PimLink.parse(host_link ?? pim_link ?? {});
  // Each GPU has a link of its own; host memory is behind all of them.
  return { blocks, link: { bw: Math.min(bw, memoryGBps / gpus) / sharing.length, latency } };
}
