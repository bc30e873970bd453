/**
 * @module
 * The folder of a GPU profile, by its path or by the name of a bundled one.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { TandemError } from "@tandem-sim/schemas";
import { degreesOnDisk, findGpuProfileDir, isPath } from "@tandem-sim/schemas/node";

/** `gpu/<hardware>/<org>/<model>/<variant>` may all be new. */
export const FOLDERS_OF_A_PROFILE = 5;

export const DEFAULT_VARIANT = "bf16";

/** A folder with a profile, or `<hardware>/<model>[/<variant>]` with a model of the form `<org>/<name>`. */
export function profileFolder(name: string): string {
  if (isPath(name) || existsSync(join(name, "profile.json")) || existsSync(join(name, "meta.yaml"))) {
    if (existsSync(name) && statSync(name).isDirectory()) return name;
    throw new TandemError("E_NOT_FOUND", "no such folder", { where: name, hint: "expected a profile folder" });
  }
  const [hardware = "", organisation = "", model = "", variant = DEFAULT_VARIANT] = name.split("/");
  if (model === "") {
    throw new TandemError("E_USAGE", "expected <hardware>/<org>/<model>", {
      where: name,
      hint: "e.g. RTXPRO6000/meta-llama/Llama-3.1-8B",
    });
  }
  return findGpuProfileDir(hardware, `${organisation}/${model}`, variant);
}

/** The first degree that has tables; 1 leads to the error that says so. */
export const firstDegree = (dir: string): number => degreesOnDisk(dir).present[0] ?? 1;
