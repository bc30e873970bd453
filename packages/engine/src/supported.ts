/**
 * @module
 * What can be simulated of a cluster and its options, and what is refused by name.
 */
import { type ClusterConfig, type ClusterInstance, instanceOverrides, TandemError } from "@tandem-sim/schemas";
import type { PlanInputs } from "./plan.js";

/**
 * What the cluster schema knows and the engine does not simulate yet, refused by name.
 *
 * @throws {TandemError} E_UNSUPPORTED, and E_SCHEMA where numbers of GPUs contradict each other
 */
export function refuseUnsupported(cluster: ClusterConfig, source: string): void {
  const refuse = (what: string, path: string): never => {
    throw new TandemError("E_UNSUPPORTED", `${what} is not simulated yet`, {
      where: `${source}: ${path}`,
      hint: "instances whose GPUs share every layer (tp_size), behind a router, are",
    });
  };
  if (cluster.cxl_mem !== undefined) refuse("CXL memory", "$.cxl_mem");
  cluster.nodes.forEach((node, n) => {
    node.instances.forEach((instance, i) => {
      const at = `$.nodes[${n}].instances[${i}]`;
      if ((instance.pp_size ?? 1) > 1) refuse("pipeline parallelism", `${at}.pp_size`);
      if ((instance.ep_size ?? 1) > 1) refuse("expert parallelism", `${at}.ep_size`);
      if (instance.dp_group != null) refuse("data parallelism in lock step", `${at}.dp_group`);
      if (instance.pd_type != null) refuse("prefill/decode disaggregation", `${at}.pd_type`);
      if (instance.placement != null) refuse("weight and KV placement", `${at}.placement`);
      checkGpuCounts(instance, `${source}: ${at}`);
    });
  });
}

/** All GPUs of an instance share its layers. One group of them is what some configs write. */
function checkGpuCounts(instance: ClusterInstance, at: string): void {
  const tp = instance.tp_size ?? 1;
  for (const key of ["num_npus", "npu_num", "npu_group"] as const) {
    const count = instance[key] ?? tp;
    if (count === tp || (key === "npu_group" && count === 1)) continue;
    throw new TandemError("E_SCHEMA", `${count}, where tensor parallelism (tp_size) is over ${tp} GPUs`, {
      where: `${at}.${key}`,
      hint: "all GPUs of an instance share every layer: write the same number in both, or leave this one out",
    });
  }
}

/**
 * Interleaving is asked for and some instance offloads: the others run plainly. An instance that asks for it itself, or a
 * cluster in which none offloads, is a mistake.
 */
export function withInterleavingWhereOffloaded(inputs: PlanInputs): PlanInputs {
  const all = inputs.nodes.flatMap(({ instances }) => instances.map(({ options }) => options));
  const refuse = (where: string): never => {
    throw new TandemError("E_USAGE", "sub-batch interleaving needs attention offload", {
      where,
      hint: "add --enable-attn-offloading",
    });
  };
  if (
    all.some((options) => options.enableSubBatchInterleaving) &&
    !all.some((options) => options.enableAttnOffloading)
  ) {
    refuse("--enable-sub-batch-interleaving");
  }
  return {
    ...inputs,
    nodes: inputs.nodes.map((node, n) => ({
      ...node,
      instances: node.instances.map((instance, i) => {
        const { options } = instance;
        if (!options.enableSubBatchInterleaving || options.enableAttnOffloading) return instance;
        const ownWish = instanceOverrides(inputs.cluster.nodes[n].instances[i]).enableSubBatchInterleaving;
        if (ownWish) refuse(`${inputs.source}: $.nodes[${n}].instances[${i}].enable_sub_batch_interleaving`);
        return { ...instance, options: { ...options, enableSubBatchInterleaving: false } };
      }),
    })),
  };
}
