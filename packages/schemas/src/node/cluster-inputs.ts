/**
 * @module
 * Everything that a cluster config refers to, read from disk: models, GPU profiles, PIM devices.
 */
import type { ClusterConfig } from "../cluster.js";
import { TandemError } from "../errors.js";
import type { GpuProfile } from "../gpu-profile/profile.js";
import { dtypeVariant, type ModelConfig, modelDtype } from "../model.js";
import { type InstanceOptions, instanceOverrides } from "../options.js";
import type { PimDevice } from "../pim/device.js";
import { readClusterConfig, readModelConfig, readPimDevice } from "./files.js";
import { readGpuProfile } from "./gpu-profile.js";
import { findClusterFile, findGpuProfileDir, findModelFile, findPimFile } from "./names.js";

/** A cluster config with the files behind its names. Indices are those of the config. */
export interface ClusterInputs {
  /** Where the config came from, for messages. */
  source: string;
  cluster: ClusterConfig;
  nodes: {
    pim: PimDevice | null;
    instances: { model: ModelConfig; profile: GpuProfile; options: InstanceOptions }[];
  }[];
}

export interface LoadOptions {
  /** Profile folder to use instead of those that the names lead to. */
  gpuProfileDir?: string | undefined;
  /** Called with the config before anything that it names is read. */
  check?: (cluster: ClusterConfig, source: string) => void;
}

/** Reads each file once, however many instances name it. */
const once = <T>(read: (key: string) => T): ((key: string) => T) => {
  const known = new Map<string, T>();
  return (key) => {
    const found = known.get(key) ?? read(key);
    known.set(key, found);
    return found;
  };
};

/**
 * @param nameOrPath cluster config
 * @param options options of all instances; what an instance sets itself wins
 * @throws {TandemError} naming the file and place of the first mistake
 */
export function loadClusterInputs(
  nameOrPath: string,
  options: InstanceOptions,
  { gpuProfileDir, check }: LoadOptions = {},
): ClusterInputs {
  const file = findClusterFile(nameOrPath);
  const cluster = readClusterConfig(file);
  check?.(cluster, file);
  const model = once((name) => readModelConfig(findModelFile(name, file)));
  const profile = once((key) => {
    const [dir, tp] = JSON.parse(key) as [string, number];
    return readGpuProfile(dir, tp);
  });
  const pimDevice = once((name) => readPimDevice(findPimFile(name, file)));
  return {
    source: file,
    cluster,
    nodes: cluster.nodes.map((node, n) => ({
      pim: node.cpu_mem.pim_config
        ? inPlace(file, `$.nodes[${n}].cpu_mem.pim_config`, () => pimDevice(node.cpu_mem.pim_config as string))
        : null,
      instances: node.instances.map((instance, i) => {
        const at = `$.nodes[${n}].instances[${i}]`;
        const own: InstanceOptions = { ...options, ...instanceOverrides(instance) };
        const config = inPlace(file, `${at}.model_name`, () => model(instance.model_name));
        const variant = dtypeVariant[own.dtype ?? modelDtype(config)];
        const dir = inPlace(
          file,
          `${at}.hardware`,
          () => gpuProfileDir ?? findGpuProfileDir(instance.hardware, instance.model_name, variant, file),
        );
        return { model: config, profile: profile(JSON.stringify([dir, instance.tp_size ?? 1])), options: own };
      }),
    })),
  };
}

/** A name that leads nowhere is a mistake in the config: say where the name stands. */
function inPlace<T>(file: string, path: string, find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof TandemError) || error.code !== "E_NOT_FOUND") throw error;
    throw new TandemError("E_NOT_FOUND", error.message, { where: `${file}: ${path}` });
  }
}
