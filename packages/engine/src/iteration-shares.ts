/**
 * @module
 * What the time of a run hangs on: the batches of its iterations, costed again by plans that differ in something. Batches
 * stay as they are; what another timing would make of them is not looked at.
 */
import { IterationPlanner } from "./iteration-planner.js";
import type { SimulationPlan } from "./plan.js";
import type { IterationStart } from "./serving-instance.js";

/** Iterations of one instance, in order. */
interface Timeline {
  startNs: number[];
  /** How long the GPU and its links took. */
  latencyNs: number[];
  /** By variant: how much longer all iterations up to this one, exclusive, take in it. */
  longerNs: number[][];
}

export class RecostedIterations {
  private readonly planners: readonly (readonly IterationPlanner[])[];
  private readonly timelines: readonly Timeline[];
  private readonly totalLongerNs: number[][];
  private totalNs = 0;
  private count = 0;

  /** @param variants plans of the same instances, at least one */
  constructor(private readonly variants: readonly SimulationPlan[]) {
    this.planners = variants.map(({ instances }) => instances.map((plan) => new IterationPlanner(plan)));
    const instances = variants[0].instances;
    this.timelines = instances.map(() => ({ startNs: [], latencyNs: [], longerNs: variants.map(() => []) }));
    this.totalLongerNs = instances.map(() => variants.map(() => 0));
  }

  /** An iteration starts: what an observer's `onIteration` is told. */
  add({ plan, batch, played, startNs }: IterationStart): void {
    const { latencyNs } = played;
    const timeline = this.timelines[plan.id];
    const longer = this.totalLongerNs[plan.id];
    this.totalNs += latencyNs;
    this.count++;
    timeline.startNs.push(startNs);
    timeline.latencyNs.push(latencyNs);
    this.planners.forEach((planners, v) => {
      const planner = planners[plan.id];
      planner.choose(batch);
      timeline.longerNs[v].push(longer[v]);
      longer[v] += planner.played.latencyNs - latencyNs;
    });
  }

  /** Mean of the iterations as they ran. */
  get meanNs(): number {
    return this.totalNs / this.count;
  }

  /** By variant, how many times as long the same batches take. */
  get ratios(): number[] {
    return this.variants.map(
      (_, v) => 1 + this.totalLongerNs.reduce((sum, longer) => sum + longer[v], 0) / this.totalNs,
    );
  }

  /** Iterations of an instance up to a moment, the one that runs in part. */
  iterationsUntil(instance: number, ns: number): number {
    const { startNs, latencyNs } = this.timelines[instance];
    const i = lastBefore(startNs, ns);
    return i < 0 ? 0 : i + Math.min(1, (ns - startNs[i]) / latencyNs[i]);
  }

  /** How much longer the iterations of an instance up to a moment take in a variant. */
  longerUntil(instance: number, variant: number, ns: number): number {
    const { longerNs } = this.timelines[instance];
    const until = this.iterationsUntil(instance, ns);
    const whole = Math.floor(until);
    const next = longerNs[variant][whole + 1] ?? this.totalLongerNs[instance][variant];
    const before = longerNs[variant][whole] ?? next;
    return before + (until - whole) * (next - before);
  }
}

/** Index of the last of ascending values that is below `limit`; -1 for none. */
function lastBefore(values: readonly number[], limit: number): number {
  let low = -1;
  let high = values.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle] < limit) low = middle;
    else high = middle;
  }
  return low;
}
