/**
 * @module
 * A whole run that stops now and then, so that whoever waits for it can look at the world: progress, interrupts, a page.
 */
import type { Summary } from "@tandem-sim/schemas";
import type { RequestChunk } from "@tandem-sim/workload";
import type { SimulationObserver } from "./observer.js";
import type { SimulationPlan } from "./plan.js";
import { createSimulation, type SimulationOptions } from "./simulation.js";

/** Simulated ns between two stops: some ms of real time. */
const SLICE_NS = 5e9;

/**
 * Runs whole chunks as `simulate` does, and yields behind every few simulated seconds.
 *
 * @returns the summary
 * @throws {TandemError} E_CAPACITY for a request that can never be served
 */
export function* inSlices(
  plan: SimulationPlan,
  chunks: readonly RequestChunk[],
  observer: SimulationObserver = {},
  options: SimulationOptions = {},
): Generator<undefined, Summary> {
  const simulation = createSimulation(plan, observer, options);
  for (const chunk of chunks) simulation.push(chunk);
  while (Number.isFinite(simulation.nextEventNs)) {
    simulation.advance(simulation.nextEventNs + SLICE_NS);
    yield;
  }
  return simulation.finish();
}
