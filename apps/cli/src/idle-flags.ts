/**
 * @module
 * Flags that would change nothing: better refused than silently ignored.
 */
import type { PlanInputs } from "@tandem-sim/engine";
import { type InstanceOptions, TandemError } from "@tandem-sim/schemas";
import type { Command } from "commander";
import { kebabCase } from "./instance-flags.js";
import { warn } from "./terminal.js";

/** Whether the user has given the flag of this name, `maxNumSeqs` for `--max-num-seqs`. */
export type Given = (name: string) => boolean;

export const givenTo =
  (command: Command): Given =>
  (name) =>
    command.getOptionValueSource(name) === "cli";

/** @throws {TandemError} E_USAGE for the first of these flags that is given */
export function refuseGiven(given: Given, names: readonly string[], why: string, hint = "leave it out"): void {
  const idle = names.find(given);
  if (idle) throw new TandemError("E_USAGE", why, { where: `--${kebabCase(idle)}`, hint });
}

/** @throws {TandemError} E_USAGE where a flag is given without the one that it goes with */
export function refuseWithout(given: Given, name: string, other: string): void {
  if (!given(other)) refuseGiven(given, [name], `has no effect without --${kebabCase(other)}`, "give both or none");
}

const some = (inputs: PlanInputs, option: keyof InstanceOptions): boolean =>
  inputs.nodes.some(({ instances }) => instances.some(({ options }) => options[option]));

/**
 * Flags of offload, interleaving and KV in host memory where no instance does any of it.
 *
 * @throws {TandemError} E_USAGE
 */
export function refuseIdleServing(given: Given, inputs: PlanInputs): void {
  if (!some(inputs, "enableAttnOffloading")) {
    refuseGiven(given, ["attnOffloadPhase"], "nothing is offloaded", "add --enable-attn-offloading");
  }
  if (!inputs.nodes.some(({ instances }) => instances.some(({ options }) => options.kvOffload === "host"))) {
    refuseGiven(given, ["kvOffloadGib"], "no KV moves to host memory", "add --kv-offload host");
  }
  if (!some(inputs, "enableSubBatchInterleaving")) {
    const names = ["subBatchSplit", "subBatchPolicy"];
    refuseGiven(given, names, "nothing is interleaved", "add --enable-sub-batch-interleaving");
  }
}

/** Only one routing policy throws dice. The seed may stand in scripts for all of them, so this is no error. */
export function warnOfIdleSeed(given: Given, policy: string): void {
  if (given("seed") && policy !== "RAND") warn("--seed has no effect without --request-routing-policy RAND");
}
