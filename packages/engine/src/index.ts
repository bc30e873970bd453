/**
 * @module
 * Discrete-event simulation of LLM serving on GPU + PIM. Start with `simulation.ts` (the loop), then
 * `serving-instance.ts` (one instance) and `play.ts` (the exact schedule of one iteration).
 */
export { checkRequest, checkWorkload } from "./check-request.js";
export { Distribution } from "./distribution.js";
export type { NodeEnergyResult } from "./energy.js";
export { inMode, type Mode, modeNames, modes } from "./modes.js";
export type { IntervalReport, RequestResult, SimulationObserver } from "./observer.js";
export {
  createPlan,
  type InstancePlan,
  type NodePlan,
  type PimShare,
  type PlanInputs,
  type PlanOptions,
  type RoutingPolicy,
  type SimulationPlan,
} from "./plan.js";
export { createPlayed, type OpKind, type Played, Player, type Recorder } from "./play.js";
export { type Router, type RoutingTarget, routers } from "./router.js";
export type { IterationKind, IterationStart } from "./serving-instance.js";
export { createSimulation, type Simulation, type SimulationOptions, simulate } from "./simulation.js";
export type { ServiceLevel } from "./summary.js";
export { refuseUnsupported } from "./supported.js";
export { Timeline, type TimelineWindow } from "./timeline.js";
