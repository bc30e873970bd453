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
import { checkWorkload, type Mode, type PlanInputs, type RequestResult, type SimulationPlan } from "@tandem-sim/engine";
import { TandemError } from "@tandem-sim/schemas";
import { type RequestChunk, redrawArrivals, rescaleArrivals } from "@tandem-sim/workload";
import { planRun, runPlan } from "./simulate.js";
import type { SimulationFlags } from "./simulation-flags.js";

/** A plan that can serve the load, and what it will warn of. */
export type Planned = ReturnType<typeof planRun>;

/** The plan of a mode, or why it cannot serve the load. */
export function planMode(flags: ServeFlags, inputs: PlanInputs, chunks: readonly RequestChunk[]): Planned | UnfitMode {
  try {
    const planned = planRun(flags, inputs);
    checkWorkload(planned.plan, chunks, flags.dataset);
    return planned;
  } catch (error) {
    if (error instanceof TandemError && error.code === "E_CAPACITY") return { doesNotFit: error.message };
    throw error;
  }
}

/** Runs a plan over the load. @param label for progress */
export async function runMode(
  plan: SimulationPlan,
  chunks: readonly RequestChunk[],
  flags: ServeFlags,
  label: string,
): Promise<ModeOutcome> {
  const samples = emptySamples();
  const onRequest = (result: RequestResult): void => addSample(samples, result);
  return { summary: await runPlan(plan, chunks, { onRequest }, flags, label), samples };
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

/** When the requests of a load arrive, in place of when its file says. */
export interface NewArrivals {
  /** Requests per second; Infinity: all at once. */
  requestRate: number;
  /** Of Poisson arrivals; null: the file's, stretched. */
  seed: number | null;
}

/** The same requests, at these arrivals. @throws {TandemError} E_USAGE where the file's are all at once */
const arriving = (chunks: readonly RequestChunk[], { requestRate, seed }: NewArrivals): RequestChunk[] =>
  rescaleArrivals(seed === null ? chunks : redrawArrivals(chunks, "poisson", seed), requestRate);

/** How a load was served, and where its run left the GPU profile. */
export interface Served {
  outcome: ModeOutcome;
  warnings: string[];
}

/** Serves the load on these inputs, on this thread. @param arrivals if not the load's own */
export async function serveAlone(
  flags: ServeFlags,
  load: readonly RequestChunk[],
  inputs: PlanInputs,
  what: string,
  arrivals?: NewArrivals,
): Promise<Served> {
  const chunks = arrivals ? arriving(load, arrivals) : load;
  const planned = planMode(flags, inputs, chunks);
  if (!("plan" in planned)) return { outcome: planned, warnings: [] };
  const outcome = await runMode(planned.plan, chunks, flags, what);
  return { outcome, warnings: planned.warnings() };
}
