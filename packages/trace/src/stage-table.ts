/**
 * @module
 * What the stages of one iteration cost: flat arrays beside a {@link StageGraph}, filled anew for every iteration. A
 * stage costs the same in every layer. Times are whole ns, sizes bytes, energies whole pJ.
 */
import type { StageGraph } from "./stages.js";

/** Duration of what an iteration does not have. It takes no turn in a queue; a duration of 0 does. */
export const ABSENT = -1;

export interface StageTable {
  readonly graph: StageGraph;
  /** Index of a stage's first unit in `ns`; the last entry is the length of `ns`. */
  readonly offset: Int32Array;
  /** Duration of each stage on each unit of its resource, or {@link ABSENT}. */
  readonly ns: Float64Array;
  /** What a stage moves. Index: stage. */
  readonly bytes: Float64Array;
  /**
   * Share, from 0 to 1, of its memory's bandwidth that a stage asks for, where the graph has resources that contend. Index:
   * stage.
   */
  readonly asked: Float64Array;
  /** Energy of a stage above its resource's idle power, over all of its devices. Index: stage. */
  readonly pj: Float64Array;
  /** Scheduled tokens. Index: sub-batch. */
  readonly tokens: Float64Array;
  /** Requests whose logits are needed. Index: sub-batch. */
  readonly sequences: Float64Array;
}

/** A table in which everything is absent. */
export function createStageTable(graph: StageGraph): StageTable {
  const { stages, resources, subBatches } = graph;
  const offset = new Int32Array(stages.length + 1);
  stages.forEach(({ resource }, s) => {
    offset[s + 1] = offset[s] + resources[resource].units;
  });
  return {
    graph,
    offset,
    ns: new Float64Array(offset[stages.length]).fill(ABSENT),
    bytes: new Float64Array(stages.length),
    asked: new Float64Array(stages.length),
    pj: new Float64Array(stages.length),
    tokens: new Float64Array(subBatches),
    sequences: new Float64Array(subBatches),
  };
}

/**
 * Adds the time that each unit runs something in an iteration.
 *
 * @param runs of each stage, from `runsOf(table.graph)`
 * @param unitAt first unit of each resource, from `unitOffsets(table.graph)`
 */
export function addUnitBusy(
  { graph, ns, offset }: StageTable,
  runs: Int32Array,
  unitAt: Int32Array,
  busyNs: Float64Array,
): void {
  for (let stage = 0; stage < runs.length; stage++) {
    const toUnit = unitAt[graph.stages[stage].resource] - offset[stage];
    for (let u = offset[stage]; u < offset[stage + 1]; u++) {
      if (ns[u] !== ABSENT) busyNs[toUnit + u] += runs[stage] * ns[u];
    }
  }
}

/** Duration of a stage's longest unit; {@link ABSENT} where it has none. */
export function longestNs({ ns, offset }: StageTable, stage: number): number {
  let longest = ABSENT;
  for (let u = offset[stage]; u < offset[stage + 1]; u++) if (ns[u] > longest) longest = ns[u];
  return longest;
}

/** Runs of the stages that the iteration has, in the order in which they are issued. */
export function* issued(table: StageTable): Generator<{ stage: number; layer: number }> {
  const { segments, stages } = table.graph;
  const next = stages.map(({ firstLayer }) => firstLayer);
  for (const { order, repeat } of segments) {
    for (let k = 0; k < repeat; k++) {
      for (const stage of order) {
        const layer = next[stage]++;
        if (longestNs(table, stage) !== ABSENT) yield { stage, layer };
      }
    }
  }
}
