/**
 * @module
 * `--modes`: names of modes, with commas between them.
 */
import { type Mode, modeNames } from "@tandem-sim/engine";
import { TandemError } from "@tandem-sim/schemas";

/** Names of modes, each once. @throws {TandemError} E_USAGE for one that is none */
export function parseModes(text: string): Mode[] {
  const names = [...new Set(text.split(","))];
  const unknown = names.find((name) => !modeNames.includes(name as Mode));
  if (unknown === undefined) return names as Mode[];
  throw new TandemError("E_USAGE", `"${unknown}" is no mode`, { where: "--modes", hint: modeNames.join(", ") });
}
