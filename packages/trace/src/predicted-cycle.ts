/**
 * @module
 * The cycle of a divided layer, predicted: the busiest unit, or the longest way of one sub-batch through a layer. The exact
 * schedule is the player's.
 */
import { ABSENT, type StageTable } from "./stage-table.js";
import { type StageGraph, unitOffsets } from "./stages.js";

/** Predicts cycles of tables of one graph; keeps its buffers between iterations. */
export class CyclePrediction {
  private readonly unitAt: Int32Array;
  private readonly load: Float64Array;
  private readonly endNs: Float64Array;
  /** Stages that the next layer waits for: a round trip ends with one of them. */
  private readonly closing: readonly number[];

  /** @param layer the stages of one layer, in the order in which they are issued */
  constructor(
    private readonly graph: StageGraph,
    private readonly layer: readonly number[],
  ) {
    this.unitAt = unitOffsets(graph);
    this.load = new Float64Array(this.unitAt[graph.resources.length]);
    this.endNs = new Float64Array(graph.stages.length);
    this.closing = layer.flatMap((stage, at) => graph.stages[stage].after.filter((other) => layer.indexOf(other) > at));
  }

  /**
   * models.md section 5: max over D1 + D2, up1 + up2, dn1 + dn2, every group's A1g + A2g, and each sub-batch's round trip.
   * Ns of one layer in the steady state.
   */
  cycleNs(table: StageTable): number {
    const { load, endNs, unitAt } = this;
    const { stages } = this.graph;
    load.fill(0);
    endNs.fill(0);
    for (const stage of this.layer) {
      const { resource, after } = stages[stage];
      const from = table.offset[stage];
      let longest = ABSENT;
      for (let u = from; u < table.offset[stage + 1]; u++) {
        const durationNs = table.ns[u];
        if (durationNs === ABSENT) continue;
        if (durationNs > longest) longest = durationNs;
        load[unitAt[resource] + u - from] += durationNs;
      }
      if (longest === ABSENT) continue;
      // What does not stand in front of it is of the layer before: there the way through this layer starts, at 0.
      let readyNs = 0;
      for (const other of after) if (endNs[other] > readyNs) readyNs = endNs[other];
      endNs[stage] = readyNs + longest;
    }
    let cycle = 0;
    for (const busyNs of load) if (busyNs > cycle) cycle = busyNs;
    for (const stage of this.closing) if (endNs[stage] > cycle) cycle = endNs[stage];
    return cycle;
  }
}
