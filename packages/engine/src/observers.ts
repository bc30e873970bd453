/**
 * @module
 * Several observers of one simulation.
 */
import type { SimulationObserver } from "./observer.js";

type Call<T> = ((value: T) => void) | undefined;

/** Undefined where none is given: what nobody observes is not worked out. */
function all<T>(calls: readonly Call<T>[]): Call<T> {
  const given = calls.filter((call) => call !== undefined);
  if (given.length === 0) return undefined;
  return (value) => {
    for (const call of given) call(value);
  };
}

/** Calls them in turn. */
export function together(observers: readonly SimulationObserver[]): SimulationObserver {
  const onRequest = all(observers.map((observer) => observer.onRequest?.bind(observer)));
  const onIteration = all(observers.map((observer) => observer.onIteration?.bind(observer)));
  const onInterval = all(observers.map((observer) => observer.onInterval?.bind(observer)));
  const onTransfer = all(observers.map((observer) => observer.onTransfer?.bind(observer)));
  const onEnergy = all(observers.map((observer) => observer.onEnergy?.bind(observer)));
  return {
    ...(onRequest && { onRequest }),
    ...(onIteration && { onIteration }),
    ...(onInterval && { onInterval }),
    ...(onTransfer && { onTransfer }),
    ...(onEnergy && { onEnergy }),
  };
}
