/**
 * @module
 * How much of the time of a run's iterations hangs on something: the same batches, costed again by plans that differ in it.
 */
import { IterationPlanner } from "./iteration-planner.js";
import type { SimulationPlan } from "./plan.js";
import type { IterationStart } from "./serving-instance.js";

export class RecostedIterations {
  private readonly planners: readonly (readonly IterationPlanner[])[];
  private readonly recostedNs: number[];
  private totalNs = 0;
  iterations = 0;

  /** @param variants plans of the same instances */
  constructor(variants: readonly SimulationPlan[]) {
    this.planners = variants.map(({ instances }) => instances.map((plan) => new IterationPlanner(plan)));
    this.recostedNs = variants.map(() => 0);
  }

  /** An iteration starts: what an observer's `onIteration` is told. */
  add({ plan, batch, played }: IterationStart): void {
    this.totalNs += played.latencyNs;
    this.iterations++;
    this.planners.forEach((planners, v) => {
      const planner = planners[plan.id];
      planner.choose(batch);
      this.recostedNs[v] += planner.played.latencyNs;
    });
  }

  /** Mean of the iterations as they ran. */
  get meanNs(): number {
    return this.totalNs / this.iterations;
  }

  /** By variant, how many times as long the same batches take. */
  get ratios(): number[] {
    return this.recostedNs.map((ns) => ns / this.totalNs);
  }
}
