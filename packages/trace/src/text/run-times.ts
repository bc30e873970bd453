/**
 * @module
 * How long the runs of stages took, for rows: what a stage's table says, or longer where resources slow each other down.
 */
import type { StageSink } from "../player.js";

/** Times of one run, by stage, layer and unit, ns. */
export class RunTimes {
  private readonly ns = new Map<string, number>();
  /** Of the run whose rows are written: what its rows add up to, and what they should. */
  private nominalNs = 1;
  private actualNs = 1;
  private writtenNominalNs = 0;
  private writtenNs = 0;

  /** @param replay null: runs take what the table says */
  constructor(replay: ((sink: StageSink) => void) | null) {
    replay?.((stage, unit, layer, startNs, endNs) => {
      this.ns.set(`${stage} ${layer} ${unit}`, endNs - startNs);
    });
  }

  /** The rows of a run follow, which add up to `nominalNs`. */
  begin(stage: number, layer: number, unit: number, nominalNs: number): void {
    this.nominalNs = nominalNs;
    this.actualNs = this.ns.get(`${stage} ${layer} ${unit}`) ?? nominalNs;
    this.writtenNominalNs = 0;
    this.writtenNs = 0;
  }

  /** What the next row of the run took, whole ns, so that all of its rows add up to what it took. */
  next(rowNs: number): number {
    if (this.actualNs === this.nominalNs) return rowNs;
    this.writtenNominalNs += rowNs;
    const untilNs = Math.round((this.writtenNominalNs / this.nominalNs) * this.actualNs);
    const ns = untilNs - this.writtenNs;
    this.writtenNs = untilNs;
    return ns;
  }
}
