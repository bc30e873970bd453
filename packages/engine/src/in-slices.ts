/**
 * @module
 * A whole run that stops now and then, so that whoever waits for it can look at the world: progress, interrupts, a page.
 */
import type { Summary } from "@tandem-sim/schemas";
import type { RequestChunk } from "@tandem-sim/workload";
import type { SimulationObserver } from "./observer.js";
import type { SimulationPlan } from "./plan.js";
import { createSimulation, type Simulation, type SimulationOptions } from "./simulation.js";

/** Simulated ns between two stops: some ms of real time. */
const SLICE_NS = 5e9;

/**
 * Runs chunks in order of arrival as `simulate` does, each read when its time comes, and yields behind every few simulated
 * seconds.
 *
 * @returns the summary
 * @throws {TandemError} E_CAPACITY for a request that can never be served
 */
export async function* inSlices(
  plan: SimulationPlan,
  chunks: Iterable<RequestChunk> | AsyncIterable<RequestChunk>,
  observer: SimulationObserver = {},
  options: SimulationOptions = {},
): AsyncGenerator<undefined, Summary> {
  const simulation = createSimulation(plan, observer, options);
  for await (const chunk of chunks) {
    simulation.push(chunk);
    // The next chunk may begin with requests of the same instant.
    yield* slicesUntil(simulation, chunk.arrivalNs.at(-1) ?? 0);
  }
  yield* slicesUntil(simulation, Number.POSITIVE_INFINITY);
  return simulation.finish();
}

function* slicesUntil(simulation: Simulation, untilNs: number): Generator<undefined, void> {
  while (simulation.nextEventNs < untilNs) {
    simulation.advance(Math.min(untilNs, simulation.nextEventNs + SLICE_NS));
    yield;
  }
}
