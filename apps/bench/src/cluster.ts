/**
 * @module
 * The clusters of scenarios and maps: a bundled one, of which some keys are changed.
 */
import { createPlan, type InstancePlan, inMode, type PlanInputs, refuseUnsupported } from "@tandem-sim/engine";
import { ClusterConfig, InstanceOptions, instanceOverrides, parseWith, resolveCluster } from "@tandem-sim/schemas";
import {
  findClusterFile,
  findGpuProfileDir,
  findModelFile,
  findPimFile,
  readClusterConfig,
  readGpuProfile,
  readModelConfig,
  readPimDevice,
} from "@tandem-sim/schemas/node";
import type { Phase, ScenarioCluster, ScenarioMode, ScenarioOptions } from "./scenario.js";

/** What is read of a file is read once: a suite makes hundreds of plans of the same few. */
function once<T>(read: (path: string) => T): (path: string) => T {
  const known = new Map<string, T>();
  return (path) => {
    const value = known.get(path) ?? read(path);
    known.set(path, value);
    return value;
  };
}

const modelAt = once(readModelConfig);
const deviceAt = once(readPimDevice);
const profileAt = once((dir) => once((tp) => readGpuProfile(dir, Number(tp))));

/** The cluster with all that it names, under these options. @throws {TandemError} naming the source */
function clusterInputs(cluster: ScenarioCluster, options: InstanceOptions, source: string): PlanInputs {
  const file = findClusterFile(cluster.name);
  const bundled = readClusterConfig(file);
  const changed = {
    ...bundled,
    nodes: bundled.nodes.map((node) => ({
      ...node,
      cpu_mem: { ...node.cpu_mem, ...cluster.cpu_mem },
      instances: node.instances.map((instance) => ({
        ...instance,
        npu_mem: { ...instance.npu_mem, ...cluster.npu_mem },
      })),
    })),
  };
  const config = parseWith(ClusterConfig, changed, source);
  refuseUnsupported(config, source);
  return resolveCluster(config, source, options, {
    model: (model) => modelAt(findModelFile(model, file)),
    pim: (device) => deviceAt(findPimFile(device, file)),
    profile: ({ hardware, model, variants, tp }) =>
      profileAt(findGpuProfileDir(hardware, model, variants, file))(`${tp}`),
  });
}

/** A cluster's inputs in one mode and phase. */
export function inputsInMode(
  { cluster, options, source }: { cluster: ScenarioCluster; options: ScenarioOptions; source: string },
  mode: ScenarioMode,
  phase: Phase | null,
): PlanInputs {
  const parsed = InstanceOptions.parse({
    ...instanceOverrides(options),
    ...(phase && { attnOffloadPhase: phase }),
    ...(mode === "chunk" && { subBatchSplit: "chunk" }),
  });
  return inMode(clusterInputs(cluster, parsed, source), mode === "chunk" ? "interleave" : mode);
}

/** The bundled cluster, GPU and PIM. */
export const bundledCluster: ScenarioCluster = { name: "single_node_pim_instance", cpu_mem: {}, npu_mem: {} };

/** The one instance of a cluster. */
export const onlyInstance = (inputs: PlanInputs): InstancePlan => createPlan(inputs).instances[0] as InstancePlan;
