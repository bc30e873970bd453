/**
 * @module
 * Simulates LLM serving on GPU + PIM, for Node: strings are names of what is bundled, or paths. The rest is as in `tandem-sim`.
 */
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";
import type { ComparedOptions, RunOptions, Subject, SweptOptions } from "../options.js";
import { createSimulator } from "../simulator.js";

export { bundled } from "@tandem-sim/schemas/node";
export {
  type CommonOptions,
  type Comparison,
  type GenerateOptions,
  type IterationReport,
  type Mode,
  type RequestChunk,
  type Router,
  type RouterSource,
  type ServingOptions,
  type SimulationObserver,
  type SplitRule,
  type Subject,
  type Summary,
  type SweptCell,
  TandemError,
  type Verdict,
  type Workload,
} from "../index.js";

export type SimulateOptions = RunOptions & Partial<Subject>;
export type CompareOptions = ComparedOptions & Partial<Subject>;
export type SweepOptions = SweptOptions & Partial<Subject>;

/** `cluster` and `workload` are names of what is bundled (see `bundled`), paths, or data; by default as `tandem run` has them. */
export const { simulate, iterations, compare, sweep } = createSimulator<Partial<Subject>>({
  defaults: { cluster: "single_node_pim_instance", workload: "example_trace" },
  inputs: loadClusterInputs,
  workload: (nameOrPath, limit) => loadWorkload(findWorkloadFile(nameOrPath), { limit }),
});
