/**
 * @module
 * All cells of a sweep held against what a run checks before it simulates, so that a mistake is known before anything runs.
 */
import { checkFigure, TandemError } from "@tandem-sim/schemas";
import { type Cell, cellsOf, cellText, type Sweep } from "@tandem-sim/sweep";
import { version } from "../version.js";
import { flagText } from "./cell-flags.js";
import { CellInputs } from "./prepare-cell.js";

/** A cell with the hash of its inputs, and why its load does not fit, if it does not. */
export interface CheckedCell extends Cell {
  key: string;
  doesNotFit?: TandemError;
}

/** The place of the setting that an error is about: its flag, or the name that it gives, is where the error is. */
function placeOf({ where = "" }: TandemError, cell: Cell, sweep: Sweep): string {
  const named = Object.entries(cell.settings).filter(
    ([name, value]) => where.includes(flagText(name)) || where === value,
  );
  // `--pim` is in `--pim-mem` too.
  const [about] = named.map(([name]) => name).sort((a, b) => b.length - a.length);
  if (about === undefined) return sweep.placeOf(["axes"]);
  if (!Object.hasOwn(cell.axes, about)) return sweep.placeOf(["base", about]);
  const values = sweep.file.axes[about] ?? [];
  return sweep.placeOf(["axes", about, values.indexOf(cell.axes[about] ?? null)]);
}

async function checkCell(cell: Cell, sweep: Sweep, inputs: CellInputs): Promise<CheckedCell> {
  const { keep, prices } = sweep.file;
  try {
    const prepared = await inputs.prepare(cell.settings);
    const key = await inputs.keyOf(prepared, { version, keep, prices });
    return { ...cell, key, ...("doesNotFit" in prepared.planned && prepared.planned) };
  } catch (error) {
    if (!(error instanceof TandemError)) throw error;
    throw new TandemError(error.code, error.message, { where: `${placeOf(error, cell, sweep)}: ${cellText(cell)}` });
  }
}

/** @throws {TandemError} with its place in the file, and the cell that would fail */
export async function checkCells(sweep: Sweep): Promise<CheckedCell[]> {
  sweep.file.keep.forEach((path, i) => void checkFigure(path, sweep.placeOf(["keep", i])));
  const inputs = new CellInputs();
  const checked: CheckedCell[] = [];
  for (const cell of cellsOf(sweep)) checked.push(await checkCell(cell, sweep, inputs));
  return checked;
}
