/**
 * @module
 * What stands behind the names of a cluster config, given as data or as the texts of files: nothing has to lie on a disk.
 */
import { type ClusterConfig, ClusterConfig as ClusterSchema } from "./cluster.js";
import { type ConfigChanges, changedCluster } from "./cluster-changes.js";
import { type ClusterInputs, type ProfileQuery, resolveCluster } from "./cluster-inputs.js";
import { TandemError } from "./errors.js";
import type { GpuProfile } from "./gpu-profile/profile.js";
import { parseJson } from "./json-text.js";
import { ModelConfig } from "./model.js";
import type { InstanceOptions } from "./options.js";
import { parseWith, suggestion } from "./parse.js";
import type { PimDevice } from "./pim/device.js";
import { parsePimIni } from "./pim/parse-ini.js";
import { parseSpecSheet, type SpecSheet } from "./spec-sheet.js";

/** By the names that configs and options use. */
export interface GivenInputs {
  /** The `config.json` of a Hugging Face model, as text or parsed. */
  models?: Readonly<Record<string, unknown>> | undefined;
  /** The spec sheet of a GPU, as text or parsed. */
  gpus?: Readonly<Record<string, unknown>> | undefined;
  /** Measured GPU times, as `parseGpuProfile` gives them; each stands in for a spec sheet where it fits. */
  profiles?: readonly GpuProfile[] | undefined;
  /** The DRAMsim3 INI of a PIM device, as text, or a device. */
  pims?: Readonly<Record<string, string | PimDevice>> | undefined;
}

/** What is given under a name; undefined where nothing is. */
export interface FoundInputs {
  model(name: string): ModelConfig | undefined;
  spec(hardware: string): SpecSheet | undefined;
  profile(query: ProfileQuery): GpuProfile | undefined;
  pim(name: string): PimDevice | undefined;
}

const own = <T>(entries: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(entries, name) ? entries[name] : undefined;

/** JSON where it is still a text. */
const parsed = (value: unknown, source: string): unknown =>
  typeof value === "string" ? parseJson(value, source) : value;

/** Lookups in what is given. They throw {@link TandemError} for a text or value with a mistake. */
export function findGiven({ models = {}, gpus = {}, profiles = [], pims = {} }: GivenInputs): FoundInputs {
  return {
    model(name) {
      const model = own(models, name);
      const source = `models["${name}"]`;
      return model === undefined ? undefined : parseWith(ModelConfig, parsed(model, source), source);
    },
    spec(hardware) {
      const sheet = own(gpus, hardware);
      const source = `gpus["${hardware}"]`;
      return sheet === undefined ? undefined : parseSpecSheet(parsed(sheet, source), source);
    },
    profile: ({ hardware, model, variants, tp }) =>
      profiles.find(
        (one) => one.hardware === hardware && one.model === model && one.tp === tp && variants.includes(one.variant),
      ),
    pim(name) {
      const device = own(pims, name);
      return typeof device === "string" ? parsePimIni(device, `pims["${name}"]`, name) : device;
    },
  };
}

/** The entry, or an error that says what is there. @throws {TandemError} E_NOT_FOUND */
function required<T>(found: T | undefined, kind: string, name: string, entries: object | undefined): T {
  if (found !== undefined) return found;
  const known = Object.keys(entries ?? {});
  const meant = suggestion(name, known);
  throw new TandemError("E_NOT_FOUND", `nothing of this name in "${kind}"`, {
    where: name,
    hint: meant ? `did you mean "${meant}"?` : `given: ${known.join(", ") || "none"}`,
  });
}

/** Where GPU times are from. */
export const gpuModels = ["auto", "measured", "analytic"] as const;
export type GpuModel = (typeof gpuModels)[number];

/** How a config is read whose names stand for what is given. */
export interface GivenLoading extends ConfigChanges {
  given?: GivenInputs;
  /** Whether GPU times come from measured tables, from the spec sheet, or (default) from tables where there are some. */
  gpuModel?: GpuModel | undefined;
  /** The spec sheet of this name, in every instance. */
  gpu?: string | undefined;
  /** Called with the config before anything that it names is looked up. */
  check?: (cluster: ClusterConfig, source: string) => void;
}

/**
 * A cluster with all that its names stand for, without a file.
 *
 * @param cluster a config, or its JSON text
 * @param options options of all instances; what an instance sets itself wins
 * @throws {TandemError} E_NOT_FOUND for a name that nothing is given for, and naming the place of the first mistake
 */
export function givenClusterInputs(
  cluster: unknown,
  options: InstanceOptions,
  { given = {}, gpu: name, gpuModel = "auto", check, ...changes }: GivenLoading = {},
): ClusterInputs {
  const source = "cluster";
  const found = findGiven(given);
  const specOf = (hardware: string): SpecSheet => required(found.spec(hardware), "gpus", hardware, given.gpus);
  const gpu = name === undefined ? undefined : specOf(name);
  const config = changedCluster(parseWith(ClusterSchema, parsed(cluster, source), source), source, changes, gpu);
  check?.(config, source);
  return resolveCluster(config, source, options, {
    model: (model) => required(found.model(model), "models", model, given.models),
    profile: (query) => {
      const { hardware } = query;
      const measured = gpuModel === "analytic" ? undefined : found.profile(query);
      if (measured) return measured;
      if (gpuModel === "measured") {
        throw new TandemError("E_NOT_FOUND", `nothing in "profiles" was measured on it`, { where: hardware });
      }
      return gpu?.hardware === hardware ? gpu : specOf(hardware);
    },
    pim: (device) => required(found.pim(device), "pims", device, given.pims),
  });
}
