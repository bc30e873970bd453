/**
 * @module
 * What can be simulated of a cluster and its options, and what is refused by name.
 */
import { type ClusterConfig, instanceOverrides, TandemError } from "@tandem-sim/schemas";
import type { PlanInputs } from "./plan.js";

/**
 * What the cluster schema knows and the engine does not simulate yet, refused by name.
 *
 * @throws {TandemError} E_UNSUPPORTED
 */
export function refuseUnsupported(cluster: ClusterConfig, source: string): void {
  const refuse = (what: string, path: string): never => {
    throw new TandemError("E_UNSUPPORTED", `${what} is not simulated yet`, {
      where: `${source}: ${path}`,
      hint: "instances of one GPU each, behind a router, are",
    });
  };
  if (cluster.cxl_mem !== undefined) refuse("CXL memory", "$.cxl_mem");
  cluster.nodes.forEach((node, n) => {
    node.instances.forEach((instance, i) => {
      const at = `$.nodes[${n}].instances[${i}]`;
      if ((instance.tp_size ?? 1) > 1) refuse("tensor parallelism", `${at}.tp_size`);
      if ((instance.pp_size ?? 1) > 1) refuse("pipeline parallelism", `${at}.pp_size`);
      if ((instance.ep_size ?? 1) > 1) refuse("expert parallelism", `${at}.ep_size`);
      if (instance.dp_group != null) refuse("data parallelism in lock step", `${at}.dp_group`);
      if (instance.pd_type != null) refuse("prefill/decode disaggregation", `${at}.pd_type`);
      if (instance.placement != null) refuse("weight and KV placement", `${at}.placement`);
      for (const key of ["num_npus", "npu_num", "npu_group"] as const) {
        if ((instance[key] ?? 1) > 1) refuse("more than one GPU per instance", `${at}.${key}`);
      }
    });
  });
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
