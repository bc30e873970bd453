/**
 * @module
 * Simulates LLM serving on GPU + PIM from data and texts alone, in a browser too: strings are what a file holds. With files and
 * bundled names: `tandem-sim/node`. To read on, start with options.ts, then simulator.ts.
 */
import { givenClusterInputs, TandemError } from "@tandem-sim/schemas";
import { parseWorkload } from "@tandem-sim/workload";
import type { ComparedOptions, RunOptions, Subject, SweptOptions } from "./options.js";
import { createSimulator } from "./simulator.js";

export type { IterationReport, Mode, Router, RouterSource, SimulationObserver } from "@tandem-sim/engine";
export { type Summary, TandemError, type Verdict } from "@tandem-sim/schemas";
export type { SplitRule } from "@tandem-sim/trace";
export type { GenerateOptions, RequestChunk } from "@tandem-sim/workload";
export type { CommonOptions, ServingOptions, Subject, Workload } from "./options.js";
export type { Comparison, SweptCell } from "./simulator.js";

export type SimulateOptions = RunOptions & Subject;
export type CompareOptions = ComparedOptions & Subject;
export type SweepOptions = SweptOptions & Subject;

/** A text, or data; what can be no text is a name, which leads nowhere without files. @throws {TandemError} E_USAGE */
function textOf<T>(given: T, option: string): T {
  if (typeof given !== "string" || /[{\n]/.test(given)) return given;
  throw new TandemError("E_USAGE", `"${given}" is the text of no file`, {
    where: `options: $.${option}`,
    hint: "names and paths are for tandem-sim/node",
  });
}

/**
 * `cluster` is a config or its JSON text, `workload` requests or the text of a JSONL or CSV; names in the config stand for
 * what `models`, `gpus`, `profiles` and `pims` hold.
 */
export const { simulate, iterations, compare, sweep } = createSimulator<Subject>({
  inputs: (cluster, options, loading) => givenClusterInputs(textOf(cluster, "cluster"), options, loading),
  workload: (text, limit) => [parseWorkload(textOf(text, "workload"), "workload", { limit })],
});
