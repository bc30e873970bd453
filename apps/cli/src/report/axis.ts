/**
 * @module
 * Axes with round numbers, and the unit in which a range of times reads best.
 */

/** Round steps, of which the axis takes the first that is wide enough. */
const roundSteps = [1, 2, 2.5, 5, 10];

/**
 * Ticks from 0 to at least `greatest`, about `wanted` of them, at round numbers.
 *
 * @example
 * ticks(37, 5); // [0, 10, 20, 30, 40]
 */
export function ticks(greatest: number, wanted = 5): number[] {
  if (!(greatest > 0)) return [0, 1];
  const least = greatest / wanted;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * roundSteps.find((round) => round * power >= least * (1 - 1e-9))!;
  const count = Math.ceil(greatest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** A tick's number: no more digits than it has. */
export const tickText = (value: number): string => value.toLocaleString("en-US", { maximumSignificantDigits: 6 });

/** A unit of time and its length in ns. */
export interface TimeUnit {
  name: string;
  ns: number;
}

const timeUnits: readonly TimeUnit[] = [
  { name: "s", ns: 1e9 },
  { name: "ms", ns: 1e6 },
  { name: "µs", ns: 1e3 },
];

/** The largest unit of which `ns` is at least two. */
export const timeUnitFor = (ns: number): TimeUnit => timeUnits.find((unit) => ns >= 2 * unit.ns) ?? timeUnits[2]!;
