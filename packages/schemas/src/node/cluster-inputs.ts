/**
 * @module
 * Everything that a cluster config refers to, read from disk.
 */
import { type ClusterConfig, ClusterConfig as ClusterSchema } from "../cluster.js";
import { changedCluster } from "../cluster-changes.js";
import { type ClusterInputs, type ProfileQuery, resolveCluster } from "../cluster-inputs.js";
import { type FoundInputs, findGiven, type GivenLoading } from "../given-inputs.js";
import type { GpuProfile } from "../gpu-profile/profile.js";
import type { ModelConfig } from "../model.js";
import type { InstanceOptions } from "../options.js";
import { parseWith } from "../parse.js";
import type { PimDevice } from "../pim/device.js";
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

export interface LoadOptions extends GivenLoading {
  /** Profile folder to use instead of those that the names lead to. */
  gpuProfileDir?: string | undefined;
  /** Replaces parts of the config in front of all other changes. */
  change?: (cluster: ClusterConfig) => ClusterConfig;
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

/** A cluster config before it is changed. */
interface ReadCluster {
  cluster: ClusterConfig;
  /** Its file, or for a config that is in memory what it is called. */
  source: string;
  /** In whose neighbourhood names are looked up; undefined for a config that is in memory. */
  file: string | undefined;
}

function readCluster(given: string | object, readers: FileReaders): ReadCluster {
  if (typeof given !== "string") {
    return { cluster: parseWith(ClusterSchema, given, "cluster"), source: "cluster", file: undefined };
  }
  const file = findClusterFile(given);
  return { cluster: readers.cluster(file), source: file, file };
}

/** Where the GPU times of an instance are from. */
function gpuSources(
  file: string | undefined,
  given: FoundInputs,
  gpu: SpecSheet | undefined,
  { gpuProfileDir, gpuModel = "auto" }: LoadOptions,
  readers: FileReaders,
) {
  const sheet = (hardware: string): SpecSheet | undefined => (gpu?.hardware === hardware ? gpu : given.spec(hardware));
  const measured = ({ hardware, model, variants, tp }: ProfileQuery): GpuProfile =>
    readers.profile(gpuProfileDir ?? findGpuProfileDir(hardware, model, variants, file), tp);
  return (wanted: ProfileQuery): GpuProfile | SpecSheet => {
    const { hardware } = wanted;
    if (gpuModel === "analytic") return sheet(hardware) ?? readers.spec(findGpuSpecFile(hardware, file));
    if (gpuProfileDir !== undefined) return measured(wanted);
    const tables = given.profile(wanted);
    if (tables) return tables;
    if (gpuModel === "measured") return measured(wanted);
    const spec = sheet(hardware);
    if (spec && !measuredProfileDir(wanted, file)) return spec;
    const { profileDir, specFile } = findGpuSource(wanted, file);
    return profileDir === undefined ? readers.spec(specFile) : readers.profile(profileDir, wanted.tp);
  };
}

/**
 * @param cluster name or path of a cluster config, or a config
 * @param options options of all instances; what an instance sets itself wins
 * @throws {TandemError} naming the file and place of the first mistake
 */
export function loadClusterInputs(
  cluster: string | object,
  options: InstanceOptions,
  loading: LoadOptions = {},
): ClusterInputs {
  const { readers = createReaders() } = loading;
  const read = readCluster(cluster, readers);
  const { source, file } = read;
  const given = findGiven(loading.given ?? {});
  const { gpu: name } = loading;
  const gpu = name === undefined ? undefined : (given.spec(name) ?? readers.spec(findGpuSpecFile(name)));
  const { change } = loading;
  const config = changedCluster(change ? change(read.cluster) : read.cluster, source, loading, gpu);
  loading.check?.(config, source);
  return resolveCluster(config, source, options, {
    model: (name) => given.model(name) ?? readers.model(findModelFile(name, file)),
    pim: (name) => given.pim(name) ?? readers.pim(findPimFile(name, file)),
    profile: gpuSources(file, given, gpu, loading, readers),
  });
}
