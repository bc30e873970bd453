/**
 * @module
 * One load in several modes: each planned, refused where it does not fit, run with progress.
 */

import { addSample, emptySamples, type ModeOutcome, type UnfitMode, unlessUnfit } from "@tandem-sim/comparison";
import { checkWorkload, type PlanInputs, type RequestResult, type SimulationPlan } from "@tandem-sim/engine";
import type { RequestChunk } from "@tandem-sim/workload";
import { planRun, runPlan } from "./simulate.js";
import type { SimulationFlags } from "./simulation-flags.js";

/** A plan that can serve the load, and what it will warn of. */
export type Planned = ReturnType<typeof planRun>;

/** The plan of a mode, or why it cannot serve the load. */
export const planMode = (flags: ServeFlags, inputs: PlanInputs, chunks: readonly RequestChunk[]): Planned | UnfitMode =>
  unlessUnfit(() => {
    const planned = planRun(flags, inputs);
    checkWorkload(planned.plan, chunks, flags.dataset);
    return planned;
  });

/** Runs a plan over the load. @param label for progress */
async function runMode(
  plan: SimulationPlan,
  chunks: readonly RequestChunk[],
  flags: ServeFlags,
  label: string,
): Promise<ModeOutcome> {
  const samples = emptySamples();
  const onRequest = (result: RequestResult): void => addSample(samples, result);
  return { summary: await runPlan(plan, chunks, { onRequest }, flags, label), samples };
}

/** What serving a load depends on beside its inputs. */
export type ServeFlags = Pick<SimulationFlags, "requestRoutingPolicy" | "seed" | "slo" | "logInterval" | "dataset">;

/** How a load was served, and where its run left the GPU profile. */
export interface Served {
  outcome: ModeOutcome;
  warnings: string[];
}

/** Serves the load on these inputs, on this thread. */
export async function serveAlone(
  flags: ServeFlags,
  chunks: readonly RequestChunk[],
  inputs: PlanInputs,
  what: string,
): Promise<Served> {
  const planned = planMode(flags, inputs, chunks);
  if (!("plan" in planned)) return { outcome: planned, warnings: [] };
  const outcome = await runMode(planned.plan, chunks, flags, what);
  return { outcome, warnings: planned.warnings() };
}
