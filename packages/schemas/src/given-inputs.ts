/**
 * @module
 * What stands behind the names of a cluster config, given as data or as the texts of files: nothing has to lie on a disk.
 */
import type { NamedInputs, ProfileQuery } from "./cluster-inputs.js";
import { TandemError } from "./errors.js";
import type { GpuProfile } from "./gpu-profile/profile.js";
import { parseJson } from "./json-text.js";
import { ModelConfig } from "./model.js";
import { parseWith, suggestion } from "./parse.js";
import type { PimDevice } from "./pim/device.js";
import { parsePimIni } from "./pim/parse-ini.js";
import { parseSpecSheet, type SpecSheet } from "./spec-sheet.js";

/** By the names that configs and options use. */
export interface GivenInputs {
  /** The `config.json` of a Hugging Face model, as text or parsed. */
  models?: Readonly<Record<string, unknown>>;
  /** The spec sheet of a GPU, as text or parsed. */
  gpus?: Readonly<Record<string, unknown>>;
  /** Measured GPU times, as `parseGpuProfile` gives them; each stands in for a spec sheet where it fits. */
  profiles?: readonly GpuProfile[];
  /** The DRAMsim3 INI of a PIM device, as text, or a device. */
  pims?: Readonly<Record<string, string | PimDevice>>;
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

/** The spec sheet of a name among what is given. @throws {TandemError} E_NOT_FOUND, and for a sheet with a mistake */
export const givenSpec = (given: GivenInputs, hardware: string): SpecSheet =>
  required(findGiven(given).spec(hardware), "gpus", hardware, given.gpus);

/** What the names of a cluster config stand for, where all of it is given. */
export function givenInputs(given: GivenInputs): NamedInputs {
  const found = findGiven(given);
  return {
    model: (name) => required(found.model(name), "models", name, given.models),
    profile: (query) => found.profile(query) ?? givenSpec(given, query.hardware),
    pim: (name) => required(found.pim(name), "pims", name, given.pims),
  };
}
