/**
 * @module
 * Everything that a cluster config refers to, read from disk.
 */
import { type ClusterConfig, ClusterConfig as ClusterSchema } from "../cluster.js";
import { type ClusterInputs, type ProfileQuery, resolveCluster } from "../cluster-inputs.js";
import type { GpuProfile } from "../gpu-profile/profile.js";
import type { InstanceOptions } from "../options.js";
import { parseWith } from "../parse.js";
import { type Setting, withSettings } from "../settings.js";
import type { SpecSheet } from "../spec-sheet.js";
import { readClusterConfig, readModelConfig, readPimDevice, readSpecSheet } from "./files.js";
import { readGpuProfile } from "./gpu-profile.js";
import {
  findClusterFile,
  findGpuProfileDir,
  findGpuSource,
  findGpuSpecFile,
  findModelFile,
  findPimFile,
  measuredProfileDir,
} from "./names.js";

export interface LoadOptions {
  /** Profile folder to use instead of those that the names lead to. */
  gpuProfileDir?: string | undefined;
  /** Called with the config before anything that it names is read. */
  check?: (cluster: ClusterConfig, source: string) => void;
  /** Replaces parts of the config before anything that it names is read. */
  change?: (cluster: ClusterConfig) => ClusterConfig;
  /** Changes to single values of the config, behind `change`; its schema checks what they lead to. */
  settings?: readonly Setting[];
  /** Whether GPU times come from measured tables, from the spec sheet, or (default) from tables where there are some. */
  gpuModel?: GpuModel;
  /** The spec sheet of the hardware that it names, wherever the config says that. */
  gpuSpec?: SpecSheet;
}

export type { ClusterInputs } from "../cluster-inputs.js";

export const gpuModels = ["auto", "measured", "analytic"] as const;
export type GpuModel = (typeof gpuModels)[number];

/** Reads each file once, however many instances name it. */
const once = <K, T>(read: (key: K) => T): ((key: K) => T) => {
  const known = new Map<K, T>();
  return (key) => {
    const found = known.get(key) ?? read(key);
    known.set(key, found);
    return found;
  };
};

/** The config with all changes made, and where it came from. */
function changedConfig(
  file: string,
  { change, settings = [] }: LoadOptions,
): { cluster: ClusterConfig; source: string } {
  const read = readClusterConfig(file);
  // Flags may ask for more than a config may say.
  const changed = change ? parseWith(ClusterSchema, change(read), file) : read;
  if (settings.length === 0) return { cluster: changed, source: file };
  const source = `${file}${settings.map(({ text }) => ` --set ${text}`).join("")}`;
  return { cluster: parseWith(ClusterSchema, withSettings(changed, settings), source), source: file };
}

/** Where the GPU times of an instance are read from, each file once. */
function gpuSources(file: string, { gpuProfileDir, gpuModel = "auto", gpuSpec }: LoadOptions) {
  const profiles = once((dir: string) => once((tp: number) => readGpuProfile(dir, tp)));
  const specs = once(readSpecSheet);
  const measured = ({ hardware, model, variants, tp }: ProfileQuery): GpuProfile =>
    profiles(gpuProfileDir ?? findGpuProfileDir(hardware, model, variants, file))(tp);
  const analytic = (hardware: string): SpecSheet =>
    gpuSpec?.hardware === hardware ? gpuSpec : specs(findGpuSpecFile(hardware, file));
  return (wanted: ProfileQuery): GpuProfile | SpecSheet => {
    if (gpuModel === "analytic") return analytic(wanted.hardware);
    if (gpuModel === "measured" || gpuProfileDir !== undefined) return measured(wanted);
    if (gpuSpec?.hardware === wanted.hardware && !measuredProfileDir(wanted, file)) return gpuSpec;
    const { profileDir, specFile } = findGpuSource(wanted, file);
    return profileDir === undefined ? specs(specFile) : profiles(profileDir)(wanted.tp);
  };
}

/**
 * @param nameOrPath cluster config
 * @param options options of all instances; what an instance sets itself wins
 * @throws {TandemError} naming the file and place of the first mistake
 */
export function loadClusterInputs(
  nameOrPath: string,
  options: InstanceOptions,
  loading: LoadOptions = {},
): ClusterInputs {
  const file = findClusterFile(nameOrPath);
  const { cluster, source } = changedConfig(file, loading);
  loading.check?.(cluster, source);
  return resolveCluster(cluster, source, options, {
    model: once((name: string) => readModelConfig(findModelFile(name, file))),
    pim: once((name: string) => readPimDevice(findPimFile(name, file))),
    profile: gpuSources(file, loading),
  });
}
