/**
 * @module
 * Runs of stages joined to what the power model counts as one.
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

/** The units of a stage's run, reported as one: from when it may start to the end of its last unit. */
export class StageJoiner {
  /** End of each stage's latest run. */
  private readonly endNs: Float64Array;
  private stage = -1;
  private readyNs = 0;
  private lastNs = 0;

  constructor(
    private readonly graph: StageGraph,
    private readonly report: (stage: number, readyNs: number, endNs: number) => void,
  ) {
    this.endNs = new Float64Array(graph.stages.length);
  }

  /** A unit of the stage runs until `endNs`; units of one run come one after the other. */
  add(stage: number, endNs: number): void {
    let readyNs = 0;
    for (const before of this.graph.stages[stage].after) {
      if (this.endNs[before] > readyNs) readyNs = this.endNs[before];
    }
    if (stage !== this.stage || readyNs !== this.readyNs) {
      this.flush();
      this.stage = stage;
      this.readyNs = readyNs;
    }
    if (endNs > this.lastNs) this.lastNs = endNs;
  }

  /** Some stage has ended, counted or not. */
  ended(stage: number, endNs: number): void {
    if (endNs > this.endNs[stage]) this.endNs[stage] = endNs;
  }

  flush(): void {
    if (this.stage >= 0 && this.lastNs > this.readyNs) this.report(this.stage, this.readyNs, this.lastNs);
    this.stage = -1;
    this.lastNs = 0;
  }
}
