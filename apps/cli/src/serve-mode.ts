/**
 * @module
 * One load in several modes: each planned, refused where it does not fit, run with progress.
 */

import {
  addSample,
  competes,
  competitor,
  emptySamples,
  type ModeOutcome,
  mayRunShort,
  type UnfitMode,
} from "@tandem-sim/comparison";
import type { Mode, PlanInputs, RequestResult, SimulationPlan } from "@tandem-sim/engine";
import { TandemError } from "@tandem-sim/schemas";
import type { Workload } from "@tandem-sim/workload";
import { checkRequests, planRun, runPlan } from "./simulate.js";
import type { SimulationFlags } from "./simulation-flags.js";

/** A plan that can serve the load, and what it will warn of. */
export type Planned = ReturnType<typeof planRun>;

/** The plan of a mode, or why it cannot serve the load. */
export async function planMode(
  flags: ServeFlags,
  inputs: PlanInputs,
  workload: Workload,
): Promise<Planned | UnfitMode> {
  try {
    const planned = planRun(flags, inputs);
    await checkRequests(planned.plan, workload, flags.dataset);
    return planned;
  } catch (error) {
    if (error instanceof TandemError && error.code === "E_CAPACITY") return { doesNotFit: error.message };
    throw error;
  }
}

/** Runs a plan over the load. @param label for progress */
export async function runMode(
  plan: SimulationPlan,
  workload: Workload,
  flags: ServeFlags,
  label: string,
): Promise<ModeOutcome> {
  const samples = emptySamples();
  const onRequest = (result: RequestResult): void => addSample(samples, result);
  return { summary: await runPlan(plan, workload, { onRequest }, flags, label), samples };
}

/**
 * Serves the load in a mode that nobody has asked for by name: KV offload is left out where it cannot differ from GPU-only.
 *
 * @param outcomes of the modes in front of it; its own is added
 */
export async function serveUnlessIdle(
  mode: Mode,
  outcomes: Map<Mode, ModeOutcome>,
  serve: () => Promise<ModeOutcome>,
): Promise<void> {
  if (mode !== competitor) {
    outcomes.set(mode, await serve());
    return;
  }
  const gpuOnly = outcomes.get("gpu-only");
  if (!gpuOnly || !("summary" in gpuOnly) || !mayRunShort(gpuOnly.summary)) return;
  const outcome = await serve();
  if (competes(outcome)) outcomes.set(mode, outcome);
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
  workload: Workload,
  inputs: PlanInputs,
  what: string,
): Promise<Served> {
  const planned = await planMode(flags, inputs, workload);
  if (!("plan" in planned)) return { outcome: planned, warnings: [] };
  const outcome = await runMode(planned.plan, workload, flags, what);
  return { outcome, warnings: planned.warnings() };
}
