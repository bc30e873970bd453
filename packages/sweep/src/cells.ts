/**
 * @module
 * The cells of a sweep: every combination of the values on its axes, where some axes may advance together.
 */
import { TandemError } from "@tandem-sim/schemas";
import type { Sweep } from "./sweep-file.js";

/** A value of a setting, as JSON has it. */
export type SettingValue = Sweep["file"]["base"][string];
export type Settings = Readonly<Record<string, SettingValue>>;

/** One run of a sweep. */
export interface Cell {
  /** In grid order, from 0. */
  number: number;
  /** Its place on the axes. */
  axes: Settings;
  /** Those, and what all cells have in common. */
  settings: Settings;
}

/** A grid of more cells is a slip of the pen. */
const MOST_CELLS = 100_000;

/** Axes, or several that advance together: the settings at each step. */
function dimensionsOf({ file: { axes, zip } }: Sweep): Settings[][] {
  const [first] = zip;
  return Object.keys(axes).flatMap((name) => {
    if (zip.includes(name) && name !== first) return [];
    const together = name === first ? zip : [name];
    return [(axes[name] ?? []).map((_, i) => Object.fromEntries(together.map((one) => [one, axes[one]?.[i] ?? null])))];
  });
}

/**
 * In grid order: the axis that stands last varies fastest.
 *
 * @throws {TandemError} E_SCHEMA for more than 100,000 of them
 */
export function cellsOf(sweep: Sweep): Cell[] {
  const dimensions = dimensionsOf(sweep);
  const count = dimensions.reduce((product, { length }) => product * length, 1);
  if (count > MOST_CELLS) {
    throw new TandemError("E_SCHEMA", `${count} cells`, {
      where: sweep.placeOf(["axes"]),
      hint: `at most ${MOST_CELLS}; axes under zip advance together`,
    });
  }
  const grid = dimensions.reduce<Settings[]>(
    (before, steps) => before.flatMap((axes) => steps.map((step) => ({ ...axes, ...step }))),
    [{}],
  );
  return grid.map((axes, number) => ({ number, axes, settings: { ...sweep.file.base, ...axes } }));
}

/** `mode=auto, max-num-seqs=64` */
export const axesText = (axes: Settings): string =>
  Object.entries(axes)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");

/** `cell 3 (mode=auto, max-num-seqs=64)` */
export const cellText = ({ number, axes }: Pick<Cell, "number" | "axes">): string =>
  `cell ${number} (${axesText(axes)})`;
