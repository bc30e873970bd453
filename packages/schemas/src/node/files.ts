/**
 * @module
 * Readers of whole files, with errors that name the file.
 */
import { closeSync, openSync, readSync } from "node:fs";
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

const BLOCK_BYTES = 2 ** 18;

/** No config, table or recording is larger. A device may be without end. */
const MOST_BYTES = 2 ** 28;

function readBytes(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const blocks: Buffer[] = [];
    for (let size = 0; size <= MOST_BYTES; ) {
      const block = Buffer.allocUnsafe(BLOCK_BYTES);
      const read = readSync(file, block);
      if (read === 0) return Buffer.concat(blocks);
      blocks.push(block.subarray(0, read));
      size += read;
    }
  } finally {
    closeSync(file);
  }
  throw new TandemError("E_PARSE", `holds more than ${MOST_BYTES / 2 ** 20} MiB`, { where: path });
}

/** Reads a text file. @throws {TandemError} E_NOT_FOUND, E_PARSE for one that is too large */
export function readText(path: string): string {
  try {
    return readBytes(path).toString("utf8");
  } catch (error) {
    if (error instanceof TandemError) throw error;
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
