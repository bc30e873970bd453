/**
 * @module
 * Readers of whole files, with errors that name the file.
 */
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type ClusterConfig, ClusterConfig as ClusterSchema } from "../cluster.js";
import { TandemError } from "../errors.js";
import type { GpuSpec } from "../gpu-spec.js";
import { parseJson } from "../json-text.js";
import { ModelConfig } from "../model.js";
import { parseWith } from "../parse.js";
import type { PimDevice } from "../pim/device.js";
import { parsePimIni } from "../pim/parse-ini.js";
import { ServiceCalibration } from "../service-calibration.js";
import { gpuSheet, parseSpecSheet, type SpecSheet } from "../spec-sheet.js";

/** Reads a text file. @throws {TandemError} E_NOT_FOUND */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new TandemError("E_NOT_FOUND", code === "EISDIR" ? "is a folder, not a file" : "cannot be read", {
      where: path,
      hint: code ?? String(error),
    });
  }
}

/** Reads and parses a JSON file. @throws {TandemError} E_NOT_FOUND, E_PARSE */
export const readJson = (path: string): unknown => parseJson(readText(path), path);

export const readClusterConfig = (path: string): ClusterConfig => parseWith(ClusterSchema, readJson(path), path);

export const readModelConfig = (path: string): ModelConfig => parseWith(ModelConfig, readJson(path), path);

export const readServiceCalibration = (path: string): ServiceCalibration =>
  parseWith(ServiceCalibration, readJson(path), path);

export const readSpecSheet = (path: string): SpecSheet => parseSpecSheet(readJson(path), path);

/** Reads the spec sheet of a GPU. @throws {TandemError} E_UNSUPPORTED for one of another kind */
export const readGpuSpec = (path: string): GpuSpec => gpuSheet(readSpecSheet(path), path);

/** Reads a DRAMsim3 INI. The device is named after the file, or after its folder where it is alone in one. */
export function readPimDevice(path: string): PimDevice {
  const file = basename(path).replace(/\.ini$/i, "");
  return parsePimIni(readText(path), path, file === "dram" || file === "pim" ? basename(dirname(path)) : file);
}
