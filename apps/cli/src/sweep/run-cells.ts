/**
 * @module
 * Runs the cells that have not finished yet, and keeps each as it ends.
 */
import type { SweepRecord, TandemError } from "@tandem-sim/schemas";
import type { Cell } from "@tandem-sim/sweep";
import { createCellPool } from "./cell-pool.js";
import type { CheckedCell } from "./check-cells.js";
import { Progress } from "./progress.js";
import type { ResultsFile } from "./results-file.js";
import type { Kept } from "./run-cell.js";

type Outcome = Pick<SweepRecord, "metrics"> | { error: string };

/** What became of a sweep. */
export interface SweepResult {
  /** Of all cells, in grid order. */
  records: SweepRecord[];
  /** Cells that a process before this one had finished. */
  found: number;
  /** Cells that left what their GPU profile was measured on. */
  beyond: number;
}

/** The same on every machine: without the place, which may be a path. */
export const reasonOf = ({ message, where }: TandemError): string =>
  where === undefined ? message : message.slice(where.length + 2);

const recordOf = ({ number, key, axes }: CheckedCell, outcome: Outcome): SweepRecord => ({
  cell: number,
  key,
  axes: { ...axes },
  ...outcome,
});

/** @param threads that run cells at the same time */
export async function runCells(
  cells: readonly CheckedCell[],
  kept: Kept,
  file: ResultsFile,
  threads: number,
): Promise<SweepResult> {
  const outcomes = new Map<Cell, Outcome>();
  for (const cell of cells) {
    const finished = file.find(cell.key);
    if (finished) outcomes.set(cell, finished);
    else if (cell.doesNotFit) outcomes.set(cell, { error: reasonOf(cell.doesNotFit) });
  }
  const waiting = cells.filter((cell) => !outcomes.has(cell));
  const found = [...outcomes.values()].filter((outcome) => "metrics" in outcome).length;
  const progress = new Progress(waiting.length);
  const atOnce = Math.max(1, Math.min(threads, waiting.length));
  const pool = await createCellPool(atOnce);
  let beyond = 0;
  const queue = waiting.values();
  const runWaiting = async (): Promise<void> => {
    for (const cell of queue) {
      const outcome = await pool.run({ settings: cell.settings, kept }).then(
        (result): Outcome => {
          if (result.beyond) beyond++;
          return { metrics: result.metrics };
        },
        (error: unknown): Outcome => ({ error: error instanceof Error ? error.message : String(error) }),
      );
      outcomes.set(cell, outcome);
      file.append(recordOf(cell, outcome));
      progress.step();
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, runWaiting));
  } finally {
    progress.end();
    await pool.close();
  }
  const records = cells.flatMap((cell) => {
    const outcome = outcomes.get(cell);
    return outcome ? [recordOf(cell, outcome)] : [];
  });
  return { records, found, beyond };
}
