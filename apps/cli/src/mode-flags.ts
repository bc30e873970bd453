/**
 * @module
 * Flags of commands that run several modes: `--modes`, and those that they do not take.
 */
import { type Mode, modeNames } from "@tandem-sim/engine";
import { TandemError } from "@tandem-sim/schemas";
import { type Given, refuseGiven } from "./idle-flags.js";

/** What a mode is made of. */
export const flagsOfModes = ["enableAttnOffloading", "enableSubBatchInterleaving", "subBatchPolicy", "kvOffload"];

/** @throws {TandemError} E_USAGE for a flag that a mode would overrule, or that says how one run is logged */
export function refuseModeFlags(given: Given, command: string): void {
  refuseGiven(given, flagsOfModes, `${command} runs ${modeNames.join(", ")} and sets this itself`);
  refuseGiven(given, ["logInterval"], `${command} prints no throughput lines`);
}

/** Names of modes, each once. @throws {TandemError} E_USAGE for one that is none */
export function parseModes(text: string): Mode[] {
  const names = [...new Set(text.split(","))];
  const unknown = names.find((name) => !modeNames.includes(name as Mode));
  if (unknown === undefined) return names as Mode[];
  throw new TandemError("E_USAGE", `"${unknown}" is no mode`, { where: "--modes", hint: modeNames.join(", ") });
}
