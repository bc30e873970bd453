/**
 * @module
 * How long an instance's GPU takes to compute a request's KV again: a prefill on its own, in steps as long as they may be.
 */
import { Batch } from "@tandem-sim/scheduler";
import { IterationPlanner } from "./iteration-planner.js";
import type { InstancePlan } from "./plan.js";

export class RecomputeTime {
  private readonly planner: IterationPlanner;
  private readonly batch = new Batch(1);
  private readonly tokensPerStep: number;

  constructor(plan: InstancePlan) {
    const { maxNumBatchedTokens, longPrefillTokenThreshold } = plan.options;
    this.planner = new IterationPlanner(plan);
    this.tokensPerStep = Math.min(
      maxNumBatchedTokens || Number.POSITIVE_INFINITY,
      longPrefillTokenThreshold || Number.POSITIVE_INFINITY,
    );
  }

  /** Time of a prefill of `tokens` tokens, ns. */
  ns(tokens: number): number {
    let ns = 0;
    for (let context = 0; context < tokens; context += this.tokensPerStep) {
      ns += this.stepNs(context, Math.min(this.tokensPerStep, tokens - context));
    }
    return ns;
  }

  private stepNs(context: number, tokens: number): number {
    const { batch, planner } = this;
    batch.clear();
    batch.add({ row: 0, tokens, context, prefill: true, samples: false, group: -1, hits: 0, order: 0 });
    planner.choose(batch);
    return planner.played.latencyNs;
  }
}
