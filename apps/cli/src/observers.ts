/**
 * @module
 * Several observers of one simulation.
 */
import type { SimulationObserver } from "@tandem-sim/engine";

/** Calls several observers in turn. */
export function together(observers: readonly SimulationObserver[]): SimulationObserver {
  const all = <K extends keyof SimulationObserver>(key: K): SimulationObserver[K] | undefined => {
    const calls = observers.flatMap((observer) => observer[key]?.bind(observer) ?? []) as ((value: never) => void)[];
    return calls.length === 0
      ? undefined
      : (((value: never) => calls.forEach((call) => void call(value))) as SimulationObserver[K]);
  };
  const onRequest = all("onRequest");
  const onIteration = all("onIteration");
  const onInterval = all("onInterval");
  const onEnergy = all("onEnergy");
  return {
    ...(onRequest && { onRequest }),
    ...(onIteration && { onIteration }),
    ...(onInterval && { onInterval }),
    ...(onEnergy && { onEnergy }),
  };
}
