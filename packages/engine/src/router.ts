/**
 * @module
 * Which instance serves a request: chosen on arrival, once.
 */
import { createRandom } from "@tandem-sim/workload";

/** Load of one instance as the router sees it. */
export interface RoutingTarget {
  waiting: number;
  running: number;
}

/** Returns the index of the target for the next request. */
export type Router = (targets: readonly RoutingTarget[]) => number;

export type RoutingPolicy = "LOAD" | "RR" | "RAND";

/** Makes the router of a simulation. */
export type RouterSource = (seed: number) => Router;

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

const roundRobin: RouterSource = () => {
  let turn = 0;
  return (targets) => turn++ % targets.length;
};

const random: RouterSource = (seed) => {
  const stream = createRandom(seed, "routing");
  return (targets) => Math.floor(stream.uniform() * targets.length);
};

/** The registry of routing policies. */
export const routers: Readonly<Record<RoutingPolicy, RouterSource>> = {
  LOAD: () => leastLoaded,
  RR: roundRobin,
  RAND: random,
};
