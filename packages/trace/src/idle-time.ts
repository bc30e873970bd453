/**
 * @module
 * What a resource waits for while it has nothing to run.
 */
import type { StageGraph } from "./stages.js";

/** Times of the latest run of each stage, index: stage. */
export interface LatestRuns {
  /** When it could start at the earliest. */
  readyNs(stage: number): number;
  endNs(stage: number): number;
}

/** Attributes idle times of a graph's resources. */
export class IdleTimes {
  /** Of each stage: those that may hold it up, those of an excluded resource last. */
  private readonly holders: readonly (readonly number[])[];

  constructor(private readonly graph: StageGraph) {
    const { stages } = graph;
    const on = (resource: number): number[] => [...stages.keys()].filter((s) => stages[s].resource === resource);
    this.holders = stages.map(({ after, excludes }) => (excludes === undefined ? after : [...after, ...on(excludes)]));
  }

  /**
   * Adds the idle time [fromNs, untilNs) in front of a stage to what it waits for, and what that waited for: back to where
   * the way is lost, because a stage on it has run again since.
   *
   * @param waitNs as in `Played`
   */
  explain(waitNs: Float64Array, runs: LatestRuns, stage: number, fromNs: number, untilNs: number): void {
    const { stages, resources } = this.graph;
    const row = stages[stage].resource * resources.length;
    let nowNs = untilNs;
    let waiting = stage;
    for (let steps = 0; nowNs > fromNs && steps < stages.length; steps++) {
      const holders = this.holders[waiting];
      let binding = -1;
      for (let h = 0; h < holders.length && binding < 0; h++)
        if (runs.endNs(holders[h]) === nowNs) binding = holders[h];
      if (binding < 0) return;
      const readyNs = runs.readyNs(binding);
      const sinceNs = readyNs > fromNs ? readyNs : fromNs;
      waitNs[row + stages[binding].resource] += nowNs - sinceNs;
      nowNs = sinceNs;
      waiting = binding;
    }
  }
}
