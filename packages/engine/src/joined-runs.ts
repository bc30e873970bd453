/**
 * @module
 * Runs of stages as the power model counts them.
 */
import type { StageGraph } from "@tandem-sim/trace";

/** Runs on one unit that follow each other without a gap, reported as one. */
export class SegmentJoiner {
  private startNs = 0;
  private endNs = 0;

  constructor(private readonly report: (startNs: number, endNs: number) => void) {}

  add(startNs: number, endNs: number): void {
    if (startNs !== this.endNs) {
      this.flush();
      this.startNs = startNs;
    }
    this.endNs = endNs;
  }

  flush(): void {
    if (this.endNs > this.startNs) this.report(this.startNs, this.endNs);
    this.startNs = this.endNs;
  }
}

/** When runs of stages may start: when all that they wait for has ended. */
export class ReadyTimes {
  /** End of each stage's latest run. */
  private readonly endNs: Float64Array;

  constructor(private readonly graph: StageGraph) {
    this.endNs = new Float64Array(graph.stages.length);
  }

  /** A run of the stage ends; gives when it may start. Runs come in the order in which they are issued. */
  ran(stage: number, endNs: number): number {
    let readyNs = 0;
    for (const before of this.graph.stages[stage].after) {
      if (this.endNs[before] > readyNs) readyNs = this.endNs[before];
    }
    this.endNs[stage] = endNs;
    return readyNs;
  }
}
