/**
 * @module
 * Discrete-event simulation of LLM serving on GPU + PIM. Start with `simulation.ts` (the loop), then
 * `serving-instance.ts` (one instance) and `iteration-planner.ts` (how a batch runs).
 */
export { checkArrivals, checkRequest, checkWorkload } from "./check-request.js";
export { createPlan } from "./create-plan.js";
export { Distribution } from "./distribution.js";
export type { NodeEnergyResult } from "./energy.js";
export type { KvTransfer } from "./host-kv-link.js";
export { inSlices } from "./in-slices.js";
export type { IterationKind } from "./instance-totals.js";
export { IterationEnds } from "./iteration-ends.js";
export { IterationPlanner } from "./iteration-planner.js";
export { type IterationReport, iterationReport } from "./iteration-report.js";
export { RecostedIterations } from "./iteration-shares.js";
export { hasPim, inMode, type Mode, modeNames, modeOf, modes } from "./modes.js";
export type { IntervalReport, SimulationObserver } from "./observer.js";
export { together } from "./observers.js";
export type {
  HostKvPlan,
  InstancePlan,
  NodePlan,
  PlanInputs,
  PlanOptions,
  SimulationPlan,
} from "./plan.js";
export { kvBlocks, withGpuBlocks } from "./plan.js";
export { interTokenNs, type RequestResult, type TokenRun, type TokenRuns } from "./request-log.js";
export { type Router, type RouterSource, type RoutingPolicy, type RoutingTarget, routers } from "./router.js";
export type { IterationStart } from "./serving-instance.js";
export { createSimulation, type Simulation, type SimulationOptions, simulate } from "./simulation.js";
export type { ServiceLevel } from "./summary.js";
export { refuseUnsupported } from "./supported.js";
export { Timeline, type TimelineWindow } from "./timeline.js";
