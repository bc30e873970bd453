/**
 * @module
 * One load in several modes: each planned, refused where it does not fit, run with progress.
 */

import { addSample, emptySamples, type ModeOutcome, type UnfitMode, unlessUnfit } from "@tandem-sim/comparison";
import type { PlanInputs, RequestResult, SimulationPlan } from "@tandem-sim/engine";
import { redrawWorkload, rescaleWorkload, type Workload } from "@tandem-sim/workload";
import { checkRequests, planRun, runPlan } from "./simulate.js";
import type { SimulationFlags } from "./simulation-flags.js";

/** A plan that can serve the load, and what it will warn of. */
export type Planned = ReturnType<typeof planRun>;

/** The plan of a mode, or why it cannot serve the load. */
export const planMode = (flags: ServeFlags, inputs: PlanInputs, workload: Workload): Promise<Planned | UnfitMode> =>
  unlessUnfit(async () => {
    const planned = planRun(flags, inputs);
    await checkRequests(planned.plan, workload, flags.dataset);
    return planned;
  });

/** Runs a plan over the load. @param label for progress */
async function runMode(
  plan: SimulationPlan,
  workload: Workload,
  flags: ServeFlags,
  label: string,
): Promise<ModeOutcome> {
  const samples = emptySamples();
  const onRequest = (result: RequestResult): void => addSample(samples, result);
  return { summary: await runPlan(plan, workload, { onRequest }, flags, label), samples };
}

/** What serving a load depends on beside its inputs. */
export type ServeFlags = Pick<SimulationFlags, "requestRoutingPolicy" | "seed" | "slo" | "logInterval" | "dataset">;

/** When the requests of a load arrive, in place of when its file says. */
export interface NewArrivals {
  /** Requests per second; Infinity: all at once. */
  requestRate: number;
  /** Of Poisson arrivals; null: the file's, stretched. */
  seed: number | null;
}

/** The same requests, at these arrivals. @throws {TandemError} E_USAGE where the file's are all at once */
const arriving = (load: Workload, { requestRate, seed }: NewArrivals): Workload =>
  rescaleWorkload(seed === null ? load : redrawWorkload(load, "poisson", seed), requestRate);

/** How a load was served, and where its run left the GPU profile. */
export interface Served {
  outcome: ModeOutcome;
  warnings: string[];
}

/** Serves the load on these inputs, on this thread. @param arrivals if not the load's own */
export async function serveAlone(
  flags: ServeFlags,
  load: Workload,
  inputs: PlanInputs,
  what: string,
  arrivals?: NewArrivals,
): Promise<Served> {
  const workload = arrivals ? arriving(load, arrivals) : load;
  const planned = await planMode(flags, inputs, workload);
  if (!("plan" in planned)) return { outcome: planned, warnings: [] };
  const outcome = await runMode(planned.plan, workload, flags, what);
  return { outcome, warnings: planned.warnings() };
}
