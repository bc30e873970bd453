/**
 * @module
 * Readers of whole files, with errors that name the file.
 */
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type ParseError, parse as parseJson, printParseErrorCode } from "jsonc-parser";
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

/** What is wrong with a JSON text, and in which line: V8 gives no position for every mistake. */
function jsonError(text: string): { message: string; line: number } {
  const errors: ParseError[] = [];
  parseJson(text, errors, { disallowComments: true });
  const [first] = errors;
  const line = text.slice(0, first?.offset ?? 0).split("\n").length;
  // "CommaExpected" -> "comma expected"
  const words = printParseErrorCode(first?.error ?? 0).replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
  return { message: words.trim(), line };
}

/** Reads and parses a JSON file. @throws {TandemError} E_NOT_FOUND, E_PARSE */
export function readJson(path: string): unknown {
  // A byte order mark is none of JSON's, but editors leave it.
  const text = readText(path).replace(/^\uFEFF/, "");
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, line } = jsonError(text);
    throw new TandemError("E_PARSE", `not valid JSON: ${message}`, { where: `${path}:${line}` });
  }
}

export const readClusterConfig = (path: string): ClusterConfig => parseWith(ClusterSchema, readJson(path), path);

export const readModelConfig = (path: string): ModelConfig => parseWith(ModelConfig, readJson(path), path);

/** Reads a DRAMsim3 INI. The device is named after the file, or after its folder where it is alone in one. */
export function readPimDevice(path: string): PimDevice {
  const file = basename(path).replace(/\.ini$/i, "");
  return parsePimIni(readText(path), path, file === "dram" || file === "pim" ? basename(dirname(path)) : file);
}
