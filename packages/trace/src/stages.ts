/**
 * @module
 * The topology of one iteration: what runs on what, after what. It is made once per instance and number of sub-batches;
 * how long stages take is in the {@link StageTable}, which is filled anew for every iteration.
 */

/** Something exclusive that stages run on, in the order in which they are issued. */
export interface Resource {
  /** Shown to people. */
  name: string;
  /** What idle times, busy shares and energy are added up by: `gpu`, `link`, `pim`. */
  kind: string;
  /** Units with a queue each: a unit per channel group. */
  units: number;
  /** Devices that make up a unit and work in step: the channels of a group. */
  copies: number;
  /** Number of its first device where devices are numbered, as the channels of a node are; null where there is one. */
  firstDevice: number | null;
  /** Whether it is recorded what the resource waits for while it has nothing to run. */
  explainsIdle: boolean;
}

/** A step of a sub-batch on a resource: on one unit of it, or on several at once. */
export interface Stage {
  /** Shown to people. */
  name: string;
  /** From 0. */
  subBatch: number;
  /** Index of its resource. */
  resource: number;
  /**
   * Stages whose latest run must have ended. One that is absent from an iteration holds nobody up, so what has to hold
   * without it is named as well.
   */
  after: readonly number[];
  /** Layer of its first run, from 1; every further run is the next layer's. */
  firstLayer: number;
  /** Resource of which nothing may run beside the stage: what was issued before it has to end. Left out: none. */
  excludes?: number;
}

/** Stages in the order in which they are issued, so many times. */
export interface Segment {
  order: readonly number[];
  repeat: number;
}

export interface StageGraph {
  resources: readonly Resource[];
  stages: readonly Stage[];
  /** In time order. Within a segment that repeats, stages wait for stages of the same segment only. */
  segments: readonly Segment[];
  subBatches: number;
  layers: number;
  /** Two resources that slow each other down while both run: one of a single unit first. Left out: none do. */
  contend?: readonly [single: number, other: number] | null;
}

/** How often each stage runs in an iteration that has it. Index: stage. */
export function runsOf(graph: StageGraph): Int32Array {
  const runs = new Int32Array(graph.stages.length);
  for (const { order, repeat } of graph.segments) for (const stage of order) runs[stage] += repeat;
  return runs;
}

/** Index of each resource's first unit among the units of all; the last entry is their number. */
export function unitOffsets({ resources }: StageGraph): Int32Array {
  const offsets = new Int32Array(resources.length + 1);
  resources.forEach(({ units }, r) => {
    offsets[r + 1] = offsets[r] + units;
  });
  return offsets;
}

/** A figure per resource, added up over those of one kind. */
export const sumOfKind = (graph: StageGraph, kind: string, figures: ArrayLike<number>): number =>
  graph.resources.reduce((sum, resource, r) => (resource.kind === kind ? sum + figures[r] : sum), 0);
