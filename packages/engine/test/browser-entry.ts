/**
 * @module
 * What the browser test bundles: a whole simulation from plain data.
 */
import { parseWorkload } from "@tandem-sim/workload";
import { createPlan, type PlanInputs, simulate } from "../src/index.js";

export const run = (inputs: PlanInputs, jsonl: string): string =>
  JSON.stringify(simulate(createPlan(inputs), [parseWorkload(jsonl, "workload.jsonl")]));
