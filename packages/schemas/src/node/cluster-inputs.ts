/**
 * @module
 * Everything that a cluster config refers to, read from disk.
 */
import { type ClusterConfig, ClusterConfig as ClusterSchema } from "../cluster.js";
import { type ClusterInputs, type ProfileQuery, resolveCluster } from "../cluster-inputs.js";
import type { GpuProfile } from "../gpu-profile/profile.js";
import type { ModelConfig } from "../model.js";
import type { InstanceOptions } from "../options.js";
import { parseWith } from "../parse.js";
import type { PimDevice } from "../pim/device.js";
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
  /** Who loads many configs reads what they share once. */
  readers?: FileReaders;
}

/** Readers of what a cluster config names, by file. Nothing that they give may be changed. */
export interface FileReaders {
  cluster(file: string): ClusterConfig;
  model(file: string): ModelConfig;
  pim(file: string): PimDevice;
  spec(file: string): SpecSheet;
  profile(dir: string, tp: number): GpuProfile;
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

/** Readers that read each file once. */
export function createReaders(): FileReaders {
  const profiles = once((dir: string) => once((tp: number) => readGpuProfile(dir, tp)));
  return {
    cluster: once(readClusterConfig),
    model: once(readModelConfig),
    pim: once(readPimDevice),
    spec: once(readSpecSheet),
    profile: (dir, tp) => profiles(dir)(tp),
  };
}

/** The config with all changes made, and where it came from. */
function changedConfig(
  file: string,
  { change, settings = [] }: LoadOptions,
  readers: FileReaders,
): { cluster: ClusterConfig; source: string } {
  const read = readers.cluster(file);
  // Flags may ask for more than a config may say.
  const changed = change ? parseWith(ClusterSchema, change(read), file) : read;
  if (settings.length === 0) return { cluster: changed, source: file };
  const source = `${file}${settings.map(({ text }) => ` --set ${text}`).join("")}`;
  return { cluster: parseWith(ClusterSchema, withSettings(changed, settings), source), source: file };
}

/** Where the GPU times of an instance are read from. */
function gpuSources(file: string, { gpuProfileDir, gpuModel = "auto", gpuSpec }: LoadOptions, readers: FileReaders) {
  const measured = ({ hardware, model, variants, tp }: ProfileQuery): GpuProfile =>
    readers.profile(gpuProfileDir ?? findGpuProfileDir(hardware, model, variants, file), tp);
  const analytic = (hardware: string): SpecSheet =>
    gpuSpec?.hardware === hardware ? gpuSpec : readers.spec(findGpuSpecFile(hardware, file));
  return (wanted: ProfileQuery): GpuProfile | SpecSheet => {
    if (gpuModel === "analytic") return analytic(wanted.hardware);
    if (gpuModel === "measured" || gpuProfileDir !== undefined) return measured(wanted);
    if (gpuSpec?.hardware === wanted.hardware && !measuredProfileDir(wanted, file)) return gpuSpec;
    const { profileDir, specFile } = findGpuSource(wanted, file);
    return profileDir === undefined ? readers.spec(specFile) : readers.profile(profileDir, wanted.tp);
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
  const { readers = createReaders() } = loading;
  const { cluster, source } = changedConfig(file, loading, readers);
  loading.check?.(cluster, source);
  return resolveCluster(cluster, source, options, {
    model: (name) => readers.model(findModelFile(name, file)),
    pim: (name) => readers.pim(findPimFile(name, file)),
    profile: gpuSources(file, loading, readers),
  });
}
