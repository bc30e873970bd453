/**
 * @module
 * Everything that a cluster config refers to, read from disk.
 */
import type { ClusterConfig } from "../cluster.js";
import { type ClusterInputs, resolveCluster } from "../cluster-inputs.js";
import type { InstanceOptions } from "../options.js";
import type { Setting } from "../settings.js";
import { readClusterConfig, readGpuSpec, readModelConfig, readPimDevice } from "./files.js";
import { readGpuProfile } from "./gpu-profile.js";
import { findClusterFile, findGpuSource, findModelFile, findPimFile } from "./names.js";

export interface LoadOptions {
  /** Profile folder to use instead of those that the names lead to. */
  gpuProfileDir?: string | undefined;
  /** Called with the config before anything that it names is read. */
  check?: (cluster: ClusterConfig, source: string) => void;
  /** Changes to the config, made before it is checked. */
  settings?: readonly Setting[];
}

export type { ClusterInputs } from "../cluster-inputs.js";

/** Reads each file once, however many instances name it. */
const once = <K, T>(read: (key: K) => T): ((key: K) => T) => {
  const known = new Map<K, T>();
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
  { gpuProfileDir, check, settings }: LoadOptions = {},
): ClusterInputs {
  const file = findClusterFile(nameOrPath);
  const cluster = readClusterConfig(file, settings);
  check?.(cluster, file);
  const profiles = once((dir: string) => once((tp: number) => readGpuProfile(dir, tp)));
  const specs = once(readGpuSpec);
  return resolveCluster(cluster, file, options, {
    model: once((name: string) => readModelConfig(findModelFile(name, file))),
    pim: once((name: string) => readPimDevice(findPimFile(name, file))),
    profile: (wanted) => {
      const { profileDir, specFile } = gpuProfileDir ? { profileDir: gpuProfileDir } : findGpuSource(wanted, file);
      return profileDir === undefined ? specs(specFile) : profiles(profileDir)(wanted.tp);
    },
  });
}
