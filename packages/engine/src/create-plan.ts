/**
 * @module
 * From configs to a plan, or the reason why it cannot be simulated.
 */
import { derivePimTiming, pimIdleWatts } from "@tandem-sim/hardware";
import { type ClusterNode, type PimDevice, TandemError } from "@tandem-sim/schemas";
import type { InstancePlan, NodePlan, PlanInputs, PlanOptions, SimulationPlan } from "./plan.js";
import { planInstance } from "./plan-instance.js";
import { channelsOfNode } from "./plan-pim.js";
import { refuseUnsupported, withInterleavingWhereOffloaded } from "./supported.js";

/**
 * @throws {TandemError} E_UNSUPPORTED for what is not simulated yet, E_CAPACITY for a model that does not fit,
 *   E_USAGE for options that contradict each other
 */
export function createPlan(given: PlanInputs, planOptions: PlanOptions = {}): SimulationPlan {
  refuseUnsupported(given.cluster, given.source);
  const inputs = withInterleavingWhereOffloaded(given);
  const instances: InstancePlan[] = [];
  inputs.cluster.nodes.forEach((node, n) => {
    const { pim: device, instances: loaded } = inputs.nodes[n];
    const of = loaded.filter(({ options }) => options.enableAttnOffloading).length;
    const hostAt = `${inputs.source}: $.nodes[${n}].cpu_mem`;
    let rank = 0;
    node.instances.forEach((config, i) => {
      const offloads = loaded[i].options.enableAttnOffloading;
      instances.push(
        planInstance({
          id: instances.length,
          node: n,
          clusterNode: node,
          config,
          gpuLink: { cluster: inputs.cluster, source: inputs.source },
          calibration: inputs.calibration ?? null,
          loaded: loaded[i],
          share: offloads ? { rank: rank++, of, node, device, at: hostAt } : null,
          onNode: loaded.map(({ options }) => options),
          hostAt,
          at: `${inputs.source}: $.nodes[${n}].instances[${i}]`,
          planOptions,
        }),
      );
    });
  });
  return {
    source: inputs.source,
    nodes: inputs.cluster.nodes.map((node, id) => planNode(id, node, inputs.nodes[id].pim, inputs.source)),
    instances,
    routing: planOptions.routing ?? "LOAD",
    seed: planOptions.seed ?? 42,
  };
}

function planNode(id: number, node: ClusterNode, device: PimDevice | null, source: string): NodePlan {
  for (const { hardware } of node.power ? node.instances : []) {
    if (Object.hasOwn(node.power?.npu ?? {}, hardware)) continue;
    throw new TandemError("E_SCHEMA", `no entry for ${hardware}`, {
      where: `${source}: $.nodes[${id}].power.npu`,
      hint: "every GPU of a node with a power block needs one",
    });
  }
  const timing = device && derivePimTiming(device);
  return {
    id,
    power: node.power ?? null,
    hostMemGiB: node.cpu_mem.mem_size,
    pim: timing &&
      device && { channels: channelsOfNode(node, timing), idleWattsPerChannel: pimIdleWatts(device, timing) },
  };
}
