/**
 * @module
 * What moved since other results: every figure of every run, every case of a claim, every point of a map.
 */
import type { Results } from "./results.js";

/** Figures that differ by less than this, relatively, have not moved. */
export const MOVED = 0.001;

/** A figure of one thing, by the name of both. */
type Figures = Map<string, number | string | null>;

function figuresOf({ scenarios, claims, maps }: Results): Figures {
  const found: Figures = new Map();
  for (const { name, runs } of scenarios)
    for (const { mode, phase, figures } of runs)
      for (const [figure, value] of Object.entries(figures))
        found.set(`${name}, ${phase === null ? mode : `${phase}, ${mode}`}: ${figure}`, value);
  for (const [id, { cases }] of Object.entries(claims))
    for (const [of, { holds }] of Object.entries(cases))
      found.set(`claim ${id}: ${of}`, holds ? "holds" : "does not hold");
  for (const { name, points } of maps)
    for (const { row, column, ms } of points)
      for (const [mode, value] of Object.entries(ms)) found.set(`map ${name} at ${row}, ${column}: ${mode} ms`, value);
  return found;
}

type Value = number | string | null;

const moved = (before: Value, now: Value): boolean =>
  typeof before === "number" && typeof now === "number"
    ? Math.abs(now - before) > MOVED * Math.max(Math.abs(before), Math.abs(now))
    : before !== now;

const text = (value: Value): string => (typeof value === "number" ? `${Number(value.toPrecision(5))}` : `${value}`);

const change = (before: Value, now: Value): string =>
  typeof before === "number" && typeof now === "number" && before !== 0
    ? ` (${now > before ? "+" : ""}${((now / before - 1) * 100).toFixed(1)}%)`
    : "";

/**
 * A line for each figure that moved, that is new, or that is gone.
 *
 * @param common whether only what both have is held against each other: another suite, or some scenarios of one
 */
export function movedSince(baseline: Results, found: Results, common: boolean): string[] {
  const [before, now] = [figuresOf(baseline), figuresOf(found)];
  const changes = [...now].flatMap(([what, value]) => {
    const old = before.get(what);
    if (old === undefined) return common ? [] : [`${what}: new, ${text(value)}`];
    return moved(old, value) ? [`${what}: ${text(old)} -> ${text(value)}${change(old, value)}`] : [];
  });
  const gone = common ? [] : [...before.keys()].filter((what) => !now.has(what)).map((what) => `${what}: gone`);
  return [...changes, ...gone];
}
