/**
 * @module
 * All that a run says at its end.
 */
import type { SimulationPlan } from "@tandem-sim/engine";
import type { Summary } from "@tandem-sim/schemas";
import type { Part } from "../part.js";
import { energyParts } from "./energy-table.js";
import { instanceTable } from "./instance-table.js";
import { latencyTable } from "./latency-table.js";
import { offloadNote } from "./offload-note.js";
import { gpuNotes } from "./plan-notes.js";
import { runTable } from "./run-table.js";

/** The final tables and sentences. */
export const runResult = (summary: Summary, plan: SimulationPlan): Part[] => [
  runTable(summary, plan),
  "",
  latencyTable(summary),
  ...energyParts(summary),
  ...[...gpuNotes(plan, [summary]), ...offloadNote(plan)].map((note) => `\n${note}`),
  ...(plan.instances.length > 1 ? ["", instanceTable(summary)] : []),
];
