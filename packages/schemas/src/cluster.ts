/**
 * @module
 * The cluster config: nodes, their host memory (plain or PIM), instances, PIM of their GPUs, and power. Field names are LLMServingSim's.
 * Capacities are GiB, bandwidths GB/s (1e9), latencies ns.
 */
import * as z from "zod";
import { instanceOverrideShape } from "./options.js";

/** Bounds keep a slip of the unit from becoming a simulation that never ends or never fits. */
const gib = z
  .number()
  .min(2 ** -10, "less than 1 MiB: capacities are in GiB")
  .max(16_384, "more than 16 TiB: capacities are in GiB");
const gbPerSecond = z
  .number()
  .min(1e-3, "less than 1 MB/s: bandwidths are in GB/s")
  .max(1e9, "more than 1 EB/s: bandwidths are in GB/s");
const ns = z.number().nonnegative().max(1e9, "more than a second: latencies are in ns");
/** More than any board or node draws: a figure beyond is one in another unit. */
const watts = z.number().nonnegative().max(100_000, "more than 100 kW: powers are in W, not mW");
const picojoulesPerBit = z.number().nonnegative().max(10_000, "more than 10 nJ per bit: the unit is pJ/bit");
const standbySeconds = z.number().nonnegative().max(86_400, "more than a day: standby_duration is in seconds, not ns");

const Memory = {
  mem_size: gib.describe("GiB"),
  mem_bw: gbPerSecond.describe("GB/s (1e9 bytes per second)"),
  mem_latency: ns.default(0).describe("ns"),
};

/** Host link to the PIM device, full duplex. */
export const PimLink = z.strictObject({
  bw: gbPerSecond.default(64).describe("GB/s each way; the default is PCIe 5.0 x16"),
  latency: ns.default(1000).describe("ns per transfer"),
});
export type PimLink = z.infer<typeof PimLink>;

/** Most channels of a group: more than any model has KV heads. */
const MAX_CHANNELS_PER_GROUP = 1024;

/** Most tokens of a stripe: beyond the context of any model. */
const MAX_STRIPE_TOKENS = 2 ** 24;

/** How many query vectors one row activation serves, and how a request lies on channels. */
export const PimSharing = z.strictObject({
  share: z.int().positive().default(1).describe("query heads of one KV head served per row activation"),
  queries_per_row: z
    .int()
    .positive()
    .default(1)
    .describe("prefill queries of one head served per row activation, where a chunk has as many"),
  channels_per_group: z
    .int()
    .min(1)
    .max(MAX_CHANNELS_PER_GROUP)
    .optional()
    .describe(
      "channels that share the heads of a request, a divisor of the KV heads; 1: all heads on one channel; default: as many as can",
    ),
  channels_per_head: z
    .int()
    .min(1)
    .max(MAX_CHANNELS_PER_GROUP)
    .default(1)
    .describe(
      "channels that share the tokens of each head, as AttAcc's two pseudo-channels; a group has so many times as many",
    ),
  kv_append: z
    .boolean()
    .default(true)
    .describe("whether storing K and V of new tokens takes PIM time and energy; simulators of papers leave it out"),
  stripe_tokens: z
    .int()
    .nonnegative()
    .max(MAX_STRIPE_TOKENS)
    .default(0)
    .describe(
      "tokens of a stripe, where a request's tokens lie in stripes on all groups in turn: a multiple of the KV block size; 0: all on one group",
    ),
});
export type PimSharing = z.infer<typeof PimSharing>;

/** Where PIM sits: the node's host memory, a memory beside each GPU, the GPU's own memory. */
export const pimAttaches = ["host", "device", "gpu"] as const;
export type PimAttach = (typeof pimAttaches)[number];

/** Whether GPU and PIM work on one memory in turn, or both at a time. */
const pimAccesses = ["blocked", "concurrent"] as const;
export type PimAccess = (typeof pimAccesses)[number];

const pimName = z.string().min(1);

/** Memory beside each GPU that is PIM, behind a link of its own. */
export const PimMemory = z.strictObject({
  pim_config: pimName.describe("name or path of a DRAMsim3 INI"),
  mem_size: gib.describe("GiB, beside each GPU"),
  link: PimLink.prefault({}).optional(),
  pim: PimSharing.prefault({}).optional(),
});
export type PimMemory = z.infer<typeof PimMemory>;

/** How the GPU shares its memory with the PIM in it. */
export const SharedMemoryPim = PimSharing.extend({
  access: z
    .enum(pimAccesses)
    .optional()
    .describe(
      "blocked: a PIM stage and a GPU stage exclude each other; concurrent: both run, each slower, which takes two row buffers; default: as the device has row buffers",
    ),
});
export type SharedMemoryPim = z.infer<typeof SharedMemoryPim>;

const CpuMemory = z.strictObject({
  ...Memory,
  pim_config: pimName.nullish().describe("name or path of a DRAMsim3 INI: the host memory is PIM"),
  pim_link: PimLink.prefault({}).optional(),
  host_link: PimLink.optional().describe("of each GPU to host memory, for KV offload; default: as pim_link"),
  pim: PimSharing.prefault({}).optional(),
});

const GpuMemory = z.strictObject({
  ...Memory,
  mem_util: z.number().gt(0).max(1).optional().describe("as --npu-memory-utilization, which it overrides"),
  pim_config: pimName.nullish().describe("name or path of a DRAMsim3 INI: the GPU's own memory is PIM"),
  pim: SharedMemoryPim.optional(),
});

export const ClusterInstance = z.strictObject({
  model_name: z.string().min(1),
  hardware: z.string().min(1).describe("GPU name, the first folder of its profile"),
  npu_mem: GpuMemory,
  pim_mem: PimMemory.optional().describe("PIM beside each GPU, in place of the host's"),
  num_npus: z.int().positive().optional().describe("as tp_size"),
  npu_num: z.int().positive().optional().describe("as tp_size"),
  npu_group: z.int().positive().optional(),
  tp_size: z.int().positive().optional().describe("GPUs that share every layer (tensor parallelism)"),
  pp_size: z.int().positive().optional(),
  ep_size: z.int().positive().optional(),
  dp_group: z.union([z.string(), z.int()]).nullish(),
  pd_type: z.enum(["prefill", "decode"]).nullish(),
  placement: z.unknown().optional(),
  ...instanceOverrideShape,
});
export type ClusterInstance = z.infer<typeof ClusterInstance>;

/** PIM of an instance's own GPUs, and where its config stands. */
export interface OwnPim {
  attach: Exclude<PimAttach, "host">;
  /** Name or path. */
  config: string;
  /** Path of the name in the instance. */
  path: "pim_mem.pim_config" | "npu_mem.pim_config";
}

/** Null where an instance may offload to its node's host memory only. */
export function ownPim({ npu_mem, pim_mem }: ClusterInstance): OwnPim | null {
  if (pim_mem) return { attach: "device", config: pim_mem.pim_config, path: "pim_mem.pim_config" };
  if (npu_mem.pim_config) return { attach: "gpu", config: npu_mem.pim_config, path: "npu_mem.pim_config" };
  return null;
}

export const PowerBlock = z.strictObject({
  base_node_power: watts.describe("W"),
  npu: z.record(
    z.string(),
    z
      .strictObject({
        idle_power: watts.describe("W"),
        standby_power: watts.describe("W"),
        active_power: watts.describe("W"),
        standby_duration: standbySeconds.describe("seconds"),
      })
      .refine(
        (npu) => npu.idle_power <= npu.standby_power && npu.standby_power <= npu.active_power,
        "expected idle_power <= standby_power <= active_power",
      ),
  ),
  cpu: z.strictObject({ idle_power: watts, active_power: watts, util: z.number().min(0).max(1) }),
  dram: z.strictObject({
    dimm_size: gib,
    idle_power: watts.describe("W per DIMM"),
    energy_per_bit: picojoulesPerBit.describe("pJ/bit"),
  }),
  link: z.strictObject({
    num_links: z.int().nonnegative(),
    idle_power: watts.describe("W per link"),
    energy_per_bit: picojoulesPerBit.describe("pJ/bit"),
  }),
  nic: z.strictObject({ num_nics: z.int().nonnegative(), idle_power: watts.describe("W each") }),
  storage: z.strictObject({ num_devices: z.int().nonnegative(), idle_power: watts.describe("W each") }),
});
export type PowerBlock = z.infer<typeof PowerBlock>;

export const ClusterNode = z.strictObject({
  num_instances: z.int().positive(),
  cpu_mem: CpuMemory,
  instances: z.array(ClusterInstance).min(1),
  power: PowerBlock.optional(),
});
export type ClusterNode = z.infer<typeof ClusterNode>;

export const ClusterConfig = z
  .strictObject({
    $schema: z.string().optional(),
    num_nodes: z.int().positive(),
    link_bw: gbPerSecond
      .optional()
      .describe("between GPUs, one link each way, GB/s of 2^30 bytes, as LLMServingSim's network backend takes it"),
    link_latency: ns.optional().describe("ns of one step between GPUs"),
    cxl_mem: z.unknown().optional(),
    nodes: z.array(ClusterNode).min(1),
  })
  .superRefine((cluster, context) => {
    const complain = (message: string, path: PropertyKey[]): void => {
      context.addIssue({ code: "custom", message, path });
    };
    if (cluster.nodes.length !== cluster.num_nodes) {
      complain(`num_nodes is ${cluster.num_nodes}, but "nodes" lists ${cluster.nodes.length}`, ["num_nodes"]);
    }
    cluster.nodes.forEach((node, n) => {
      node.instances.forEach(({ npu_mem, pim_mem }, i) => {
        if (npu_mem.pim && !npu_mem.pim_config)
          complain("how PIM in the GPU's memory works, but no pim_config beside it", [
            "nodes",
            n,
            "instances",
            i,
            "npu_mem",
            "pim",
          ]);
        if (!npu_mem.pim_config || !pim_mem) return;
        complain("PIM beside the GPU and in its memory: an instance offloads to one of them", [
          "nodes",
          n,
          "instances",
          i,
          "pim_mem",
        ]);
      });
      if (node.instances.length !== node.num_instances) {
        complain(`num_instances is ${node.num_instances}, but "instances" lists ${node.instances.length}`, [
          "nodes",
          n,
          "num_instances",
        ]);
      }
    });
  });
export type ClusterConfig = z.infer<typeof ClusterConfig>;
