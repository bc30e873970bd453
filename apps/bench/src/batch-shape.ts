/**
 * @module
 * Batches that are not scheduled but given: so many prompts and decodes, all prompts alike and all decodes alike.
 */
import { type InstancePlan, IterationPlanner } from "@tandem-sim/engine";
import { Batch } from "@tandem-sim/scheduler";

/** Requests that are alike. */
interface Alike {
  requests: number;
  /** Tokens that each has computed before. */
  context: number;
}

export interface BatchShape {
  prompts: Alike & {
    /** Tokens of each in the iteration. */
    tokens: number;
  };
  decodes: Alike;
}

const none = { requests: 0, tokens: 0, context: 0 };

export const decodes = (requests: number, context: number): BatchShape => ({
  prompts: none,
  decodes: { requests, context },
});

export const prompts = (requests: number, tokens: number, context = 0): BatchShape => ({
  prompts: { requests, tokens, context },
  decodes: none,
});

const times = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;
const tokensText = (count: number): string => `${count.toLocaleString("en-US")} tokens`;

/** "256 decodes at 1,024 tokens" */
export function shapeText({ prompts, decodes }: BatchShape): string {
  const behind = prompts.context > 0 ? ` behind ${tokensText(prompts.context)}` : "";
  const texts = [
    ...(prompts.requests > 0 ? [`${times(prompts.requests, "prompt")} of ${tokensText(prompts.tokens)}${behind}`] : []),
    ...(decodes.requests > 0 ? [`${times(decodes.requests, "decode")} at ${tokensText(decodes.context)}`] : []),
  ];
  return texts.join(" and ");
}

/**
 * Such a batch, spread evenly over the channel groups, its decodes a cohort as the scheduler makes them.
 *
 * @param version of the cohort: batches of one version hold the same requests
 */
export function createBatch({ prompts, decodes }: BatchShape, groups: number, version = 0): Batch {
  const batch = new Batch(Math.max(1, prompts.requests + decodes.requests));
  const add = (tokens: number, context: number, prefill: boolean): void => {
    const i = batch.size;
    const group = groups > 0 ? i % groups : -1;
    batch.add({ row: i, tokens, context, prefill, samples: true, group, hits: 0, order: i });
  };
  for (let i = 0; i < decodes.requests; i++) add(1, decodes.context, false);
  const { requests, context } = decodes;
  Object.assign(batch.cohort, {
    size: requests,
    version,
    contextSum: requests * context,
    longest: context,
    shortest: context,
  });
  for (let i = 0; i < prompts.requests; i++) add(prompts.tokens, prompts.context, true);
  return batch;
}

/** One iteration of such a batch: its schedule, divided where the instance interleaves. */
export function playBatch(instance: InstancePlan, shape: BatchShape): IterationPlanner {
  const planner = new IterationPlanner(instance);
  planner.choose(createBatch(shape, instance.pim?.layout.groups ?? 0));
  return planner;
}
