/**
 * @module
 * From configs to a plan, or the reason why it cannot be simulated.
 */
import { derivePimTiming, pimIdleWatts } from "@tandem-sim/hardware";
import { type ClusterInstance, type ClusterNode, type PimDevice, TandemError } from "@tandem-sim/schemas";
import type { InstancePlan, NodePlan, PimBackground, PlanInputs, PlanOptions, SimulationPlan } from "./plan.js";
import { planInstance } from "./plan-instance.js";
import { channelsOf, channelsOfNode, type PimSite } from "./plan-pim.js";
import { routers } from "./router.js";
import { refuseUnsupported, withInterleavingWhereOffloaded } from "./supported.js";

/**
 * @throws {TandemError} E_UNSUPPORTED for what is not simulated yet, E_CAPACITY for a model that does not fit,
 *   E_USAGE for options that contradict each other
 */
export function createPlan(given: PlanInputs, planOptions: PlanOptions = {}): SimulationPlan {
  refuseUnsupported(given.cluster, given.source);
  const inputs = withInterleavingWhereOffloaded(given);
  const { routing = "LOAD" } = planOptions;
  const instances: InstancePlan[] = [];
  inputs.cluster.nodes.forEach((node, n) => {
    const { pim: device, instances: loaded } = inputs.nodes[n];
    const of = loaded.filter(({ options, pim }) => options.enableAttnOffloading && !pim).length;
    const hostAt = `${inputs.source}: $.nodes[${n}].cpu_mem`;
    let rank = 0;
    const shareOfHost = (): PimSite => ({
      attach: "host",
      rank: rank++,
      of,
      node,
      device,
      at: hostAt,
    });
    node.instances.forEach((config, i) => {
      const at = `${inputs.source}: $.nodes[${n}].instances[${i}]`;
      const { options, pim } = loaded[i];
      instances.push(
        planInstance({
          id: instances.length,
          node: n,
          clusterNode: node,
          config,
          gpuLink: { cluster: inputs.cluster, source: inputs.source },
          calibration: inputs.calibration ?? null,
          loaded: loaded[i],
          site: options.enableAttnOffloading ? (ownSite(config, pim ?? null, at) ?? shareOfHost()) : null,
          onNode: loaded.map((one) => one.options),
          hostAt,
          at,
          planOptions,
        }),
      );
    });
  });
  return {
    source: inputs.source,
    nodes: inputs.cluster.nodes.map((node, id) => planNode(id, node, inputs.nodes[id], inputs.source)),
    instances,
    router: typeof routing === "function" ? routing : routers[routing],
    seed: planOptions.seed ?? 42,
  };
}

/** The PIM of an instance's own GPUs; null where they have none. */
function ownSite({ npu_mem, pim_mem }: ClusterInstance, device: PimDevice | null, at: string): PimSite | null {
  if (!device) return null;
  return pim_mem
    ? { attach: "device", memory: pim_mem, device, at: `${at}.pim_mem` }
    : { attach: "gpu", memory: npu_mem, device, at: `${at}.npu_mem` };
}

type LoadedNode = PlanInputs["nodes"][number];

function planNode(id: number, node: ClusterNode, { pim: device, instances }: LoadedNode, source: string): NodePlan {
  for (const { hardware } of node.power ? node.instances : []) {
    if (Object.hasOwn(node.power?.npu ?? {}, hardware)) continue;
    throw new TandemError("E_SCHEMA", `no entry for ${hardware}`, {
      where: `${source}: $.nodes[${id}].power.npu`,
      hint: "every GPU of a node with a power block needs one",
    });
  }
  const ownPim = node.instances.flatMap((instance, i) => {
    const { pim = null } = instances[i];
    return pim ? [backgroundOf(instance, pim)] : [];
  });
  const timing = device && derivePimTiming(device);
  return {
    id,
    power: node.power ?? null,
    hostMemGiB: node.cpu_mem.mem_size,
    pim: timing &&
      device && { channels: channelsOfNode(node, timing), idleWattsPerChannel: pimIdleWatts(device, timing) },
    ownPim,
  };
}

function backgroundOf({ npu_mem, pim_mem, tp_size: gpus = 1 }: ClusterInstance, device: PimDevice): PimBackground {
  const timing = derivePimTiming(device);
  const channels = gpus * channelsOf((pim_mem ?? npu_mem).mem_size, timing);
  return { channels, idleWattsPerChannel: pim_mem ? pimIdleWatts(device, timing) : 0 };
}
