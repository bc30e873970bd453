/**
 * @module
 * Name lookup: a value that ends in .json, .jsonl, .csv, .ini or .gz, or starts with `.` or `/`, is a path; anything else
 * is a name, looked up beside the cluster file first, then in the bundled data.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { configsUrl, manifest } from "@tandem-sim/configs";
import { manifest as workloads, workloadsUrl } from "@tandem-sim/workloads";
import type { ProfileQuery } from "../cluster-inputs.js";
import { TandemError } from "../errors.js";
import { suggestion } from "../parse.js";
import { isPath } from "../path-or-name.js";

/** Names of all that is bundled, by kind; workloads with what they are. */
export const bundled = { ...manifest, workload: workloads };

const configsDir = fileURLToPath(configsUrl);
const workloadsDir = fileURLToPath(workloadsUrl);

export { isPath };

function pathOrFail(value: string, what: string): string {
  const path = resolve(value);
  if (!existsSync(path))
    throw new TandemError("E_NOT_FOUND", "no such file", { where: value, hint: `expected ${what}` });
  return path;
}

function notFound(what: string, name: string, known: readonly string[], looked: readonly string[]): TandemError {
  const meant = suggestion(name, known);
  return new TandemError("E_NOT_FOUND", `no ${what} of this name`, {
    where: name,
    hint: meant ? `did you mean "${meant}"?` : `bundled: ${known.join(", ")}; looked in ${looked.join(", ")}`,
  });
}

/** The file of a cluster config. */
export function findClusterFile(nameOrPath: string): string {
  if (isPath(nameOrPath)) return pathOrFail(nameOrPath, "a cluster config (JSON)");
  const path = join(configsDir, "cluster", `${nameOrPath}.json`);
  if (existsSync(path)) return path;
  throw notFound("cluster config", nameOrPath, manifest.cluster, [join(configsDir, "cluster")]);
}

/** Folders in which names of `kind` are looked up, nearest first. */
function searchDirs(kind: "model" | "pim" | "gpu", clusterFile: string | undefined): string[] {
  const bundled = join(configsDir, kind);
  if (!clusterFile) return [bundled];
  const beside = resolve(dirname(clusterFile), "..", kind);
  return beside === resolve(bundled) ? [bundled] : [beside, bundled];
}

/** The file of a model config `<org>/<name>`. */
export function findModelFile(nameOrPath: string, clusterFile?: string): string {
  if (isPath(nameOrPath)) return pathOrFail(nameOrPath, "a model config (JSON)");
  const dirs = searchDirs("model", clusterFile);
  const found = dirs.map((dir) => join(dir, `${nameOrPath}.json`)).find((path) => existsSync(path));
  if (found) return found;
  throw notFound("model config", nameOrPath, manifest.model, dirs);
}

/** The INI of a PIM device: `<name>.ini`, or the one INI in the folder `<name>/`. */
export function findPimFile(nameOrPath: string, clusterFile?: string): string {
  if (isPath(nameOrPath)) {
    const path = pathOrFail(nameOrPath, "a DRAMsim3 INI or a folder with one");
    return statSync(path).isDirectory() ? onlyIniIn(path) : path;
  }
  const dirs = searchDirs("pim", clusterFile);
  for (const dir of dirs) {
    const file = join(dir, `${nameOrPath}.ini`);
    if (existsSync(file)) return file;
    const folder = join(dir, nameOrPath);
    if (existsSync(folder) && statSync(folder).isDirectory()) return onlyIniIn(folder);
  }
  throw notFound("PIM device", nameOrPath, manifest.pim, dirs);
}

function onlyIniIn(folder: string): string {
  const files = readdirSync(folder).filter((file) => file.toLowerCase().endsWith(".ini"));
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) return join(folder, only);
  throw new TandemError("E_NOT_FOUND", `${files.length} INI files in this folder`, {
    where: folder,
    hint: "a PIM device folder holds exactly one",
  });
}

/** Where profiles of a model on a GPU may lie, best first. */
const profilePlaces = (
  dirs: readonly string[],
  hardware: string,
  model: string,
  variants: readonly string[],
): string[] => variants.flatMap((variant) => dirs.map((dir) => join(dir, hardware, model, variant)));

function noProfile(hardware: string, model: string, variants: readonly string[]): TandemError {
  const variant = variants.join(" or ");
  return new TandemError("E_NOT_FOUND", `no profile of ${model} on ${hardware} in ${variant}`, {
    where: `${hardware}/${model}/${variant}`,
    hint: `bundled: ${manifest.gpu.join(", ")}; "tandem profile import" makes one from a raw LLMServingSim bundle; a spec sheet ${hardware}/spec.json will do, bundled: ${manifest.gpuSpec.join(", ")}`,
  });
}

/** The variant folder of a GPU profile: `<hardware>/<model>/<variant>`, of several variants the first that is there. */
export function findGpuProfileDir(
  hardware: string,
  model: string,
  variants: string | readonly string[],
  clusterFile?: string,
): string {
  const wanted = [variants].flat();
  const found = profilePlaces(searchDirs("gpu", clusterFile), hardware, model, wanted).find((path) => existsSync(path));
  if (found) return found;
  throw noProfile(hardware, model, wanted);
}

/** The spec sheet of a GPU: `<hardware>/spec.json`. */
export function findGpuSpecFile(nameOrPath: string, clusterFile?: string): string {
  if (isPath(nameOrPath)) return pathOrFail(nameOrPath, "the spec sheet of a GPU (JSON)");
  const dirs = searchDirs("gpu", clusterFile);
  const found = dirs.map((dir) => join(dir, nameOrPath, "spec.json")).find((path) => existsSync(path));
  if (found) return found;
  throw notFound("spec sheet of a GPU", nameOrPath, manifest.gpuSpec, dirs);
}

/** The profile folder of a model on a GPU that was measured in that degree of tensor parallelism, if there is one. */
export const measuredProfileDir = (
  { hardware, model, variants, tp }: ProfileQuery,
  clusterFile?: string,
): string | undefined =>
  profilePlaces(searchDirs("gpu", clusterFile), hardware, model, variants).find((path) =>
    existsSync(join(path, `tp${tp}`)),
  );

/**
 * What the times of a model on a GPU come from: a profile that was measured in that degree of tensor parallelism, else
 * the GPU's spec sheet.
 *
 * @throws {TandemError} E_NOT_FOUND where there is neither
 */
export function findGpuSource(
  query: ProfileQuery,
  clusterFile?: string,
): { profileDir: string; specFile?: undefined } | { profileDir?: undefined; specFile: string } {
  const { hardware, model, variants } = query;
  const dirs = searchDirs("gpu", clusterFile);
  const measured = measuredProfileDir(query, clusterFile);
  if (measured) return { profileDir: measured };
  const spec = dirs.map((dir) => join(dir, hardware, "spec.json")).find((path) => existsSync(path));
  if (spec) return { specFile: spec };
  const otherDegree = profilePlaces(dirs, hardware, model, variants).find((path) => existsSync(path));
  if (otherDegree) return { profileDir: otherDegree };
  throw noProfile(hardware, model, variants);
}

/** The file of a workload. */
export function findWorkloadFile(nameOrPath: string): string {
  if (isPath(nameOrPath)) return pathOrFail(nameOrPath, "a workload (JSONL or CSV)");
  const known = workloads.find((entry) => entry.name === nameOrPath);
  if (known) return join(workloadsDir, known.file);
  throw notFound(
    "workload",
    nameOrPath,
    workloads.map((entry) => entry.name),
    [workloadsDir],
  );
}
