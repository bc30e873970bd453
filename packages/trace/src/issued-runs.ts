/**
 * @module
 * The runs that a graph's segments stand for, one by one, for whoever simulates them event by event.
 */
import type { StageGraph } from "./stages.js";

/** A run of a stage, in the order in which they are issued. */
export interface Run {
  stage: number;
  layer: number;
  /** Runs of other stages that have to end before: how many of each. */
  after: readonly { stage: number; runs: number }[];
  /** Repeats of its segment that follow. */
  repeatsLeft: number;
}

/** All runs of an iteration that has every stage. */
export function runsInOrder({ stages, segments }: StageGraph): Run[] {
  const issued = new Int32Array(stages.length);
  return segments.flatMap(({ order, repeat }) =>
    Array.from({ length: repeat }, (_, done) =>
      order.map((stage) => {
        const { after, firstLayer } = stages[stage];
        const before = after.map((other) => ({ stage: other, runs: issued[other] }));
        return { stage, layer: firstLayer + issued[stage]++, after: before, repeatsLeft: repeat - done - 1 };
      }),
    ).flat(),
  );
}
