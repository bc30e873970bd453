/**
 * @module
 * Which instance serves a request: chosen on arrival, once.
 */
import type { RoutingPolicy } from "./plan.js";

/** Load of one instance as the router sees it. */
export interface RoutingTarget {
  waiting: number;
  running: number;
}

/** Returns the index of the target for the next request. */
export type Router = (targets: readonly RoutingTarget[]) => number;

/** vLLM weighs a waiting request like four running ones when it balances data-parallel engines. */
const WAITING_WEIGHT = 4;

const leastLoaded: Router = (targets) => {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  targets.forEach(({ waiting, running }, i) => {
    const load = WAITING_WEIGHT * waiting + running;
    if (load < least) {
      least = load;
      best = i;
    }
  });
  return best;
};

const roundRobin = (): Router => {
  let turn = 0;
  return (targets) => turn++ % targets.length;
};

/** mulberry32: 32 bits of state are plenty for choosing an instance, and integer arithmetic is the same everywhere. */
const random = (seed: number): Router => {
  let state = seed | 0;
  return (targets) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * targets.length);
  };
};

/** The registry of routing policies. */
export const routers: Readonly<Record<RoutingPolicy, (seed: number) => Router>> = {
  LOAD: () => leastLoaded,
  RR: roundRobin,
  RAND: random,
};
