/**
 * @module
 * The table of workload formats; the first that matches a file is its format.
 */
import { suggestion, TandemError } from "@tandem-sim/schemas";
import { azure } from "./azure.js";
import type { WorkloadFormat } from "./format.js";
import { llmservingsim } from "./llmservingsim.js";
import { mooncake } from "./mooncake.js";

/** Narrower ones first: any JSONL passes for LLMServingSim's. */
export const formats: readonly WorkloadFormat[] = [azure, mooncake, llmservingsim];

const names = formats.map((format) => format.name);

/** The format of this name. @throws {TandemError} E_USAGE */
export function formatNamed(name: string): WorkloadFormat {
  const format = formats.find((known) => known.name === name);
  if (format) return format;
  const meant = suggestion(name, names);
  throw new TandemError("E_USAGE", `no workload format "${name}"`, {
    where: "format",
    hint: meant ? `did you mean "${meant}"?` : `known: ${names.join(", ")}`,
  });
}

/** The format of a file, packed or not. @throws {TandemError} E_UNSUPPORTED */
export function detectFormat(path: string, firstLine: string): WorkloadFormat {
  const unpacked = path.replace(/\.gz$/i, "");
  const format = formats.find((known) => known.matches(unpacked, firstLine));
  if (format) return format;
  throw new TandemError("E_UNSUPPORTED", "cannot tell the workload format by name or first line", {
    where: `${path}:1`,
    hint: `known formats: ${names.join(", ")}`,
  });
}
