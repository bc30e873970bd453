/**
 * @module
 * Readers of whole files, with errors that name the file.
 */
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type ClusterConfig, ClusterConfig as ClusterSchema } from "../cluster.js";
import { TandemError } from "../errors.js";
import { ModelConfig } from "../model.js";
import { parseWith } from "../parse.js";
import { type PimDevice, parsePimIni } from "../pim-device.js";

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

/** Line of a JSON syntax error, from V8's message; undefined where it gives none. */
function jsonErrorLine(text: string, message: string): number | undefined {
  const at = /position (\d+)/.exec(message);
  return at ? text.slice(0, Number(at[1])).split("\n").length : undefined;
}

/** Reads and parses a JSON file. @throws {TandemError} E_NOT_FOUND, E_PARSE */
export function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const line = jsonErrorLine(text, message);
    throw new TandemError("E_PARSE", `not valid JSON: ${message}`, { where: line ? `${path}:${line}` : path });
  }
}

export const readClusterConfig = (path: string): ClusterConfig => parseWith(ClusterSchema, readJson(path), path);

export const readModelConfig = (path: string): ModelConfig => parseWith(ModelConfig, readJson(path), path);

/** Reads a DRAMsim3 INI. The device is named after the file, or after its folder where it is alone in one. */
export function readPimDevice(path: string): PimDevice {
  const file = basename(path).replace(/\.ini$/i, "");
  return parsePimIni(readText(path), path, file === "dram" || file === "pim" ? basename(dirname(path)) : file);
}
