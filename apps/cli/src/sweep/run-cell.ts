/**
 * @module
 * Runs cells, one after the other, on this thread.
 */
import { figureAt, type SweepFile, type SweepRecord } from "@tandem-sim/schemas";
import { costUsd, type Settings } from "@tandem-sim/sweep";
import { runPlan } from "../simulate.js";
import { CellInputs } from "./prepare-cell.js";

/** What is kept of a cell. */
export type Kept = Pick<SweepFile, "keep" | "prices">;

export interface CellTask {
  settings: Settings;
  kept: Kept;
}

/** What a cell came to, and whether it left what its GPU profile was measured on. */
export interface CellResult {
  metrics: NonNullable<SweepRecord["metrics"]>;
  beyond: boolean;
}

/** One of them for each thread: it remembers the inputs of the cells before. */
export class CellRunner {
  private readonly inputs = new CellInputs();

  async run({ settings, kept: { keep, prices } }: CellTask): Promise<CellResult> {
    const { flags, workload, planned } = await this.inputs.prepare(settings);
    if ("doesNotFit" in planned) throw planned.doesNotFit;
    const summary = await runPlan(planned.plan, workload, {}, flags);
    const metrics = Object.fromEntries(keep.map((path) => [path, figureAt(summary, path)]));
    return {
      metrics: { ...metrics, ...(prices && { cost_usd: costUsd(summary, prices) }) },
      beyond: planned.warnings().length > 0,
    };
  }
}
