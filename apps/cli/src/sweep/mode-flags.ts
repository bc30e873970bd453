/**
 * @module
 * What questions on modes do not take: flags that a mode, or the search itself, sets.
 */
import { modeNames } from "@tandem-sim/engine";
import { type Given, refuseGiven } from "../idle-flags.js";

/** @throws {TandemError} E_USAGE for a flag that would be overruled */
export function refuseModeFlags(given: Given, command: string): void {
  const ofModes = ["enableAttnOffloading", "enableSubBatchInterleaving", "subBatchPolicy", "kvOffload"];
  refuseGiven(given, ofModes, `${command} runs modes (${modeNames.join(", ")}), which set this`);
  refuseGiven(given, ["logInterval"], `${command} prints no throughput lines`);
}
