/**
 * @module
 * The unit in which a range of times reads best.
 */

/** A unit of time and its length in ns. */
export interface TimeUnit {
  name: string;
  ns: number;
}

const microsecond: TimeUnit = { name: "µs", ns: 1e3 };
const timeUnits: readonly TimeUnit[] = [{ name: "s", ns: 1e9 }, { name: "ms", ns: 1e6 }, microsecond];

/** The largest unit of which `ns` is at least two. */
export const timeUnitFor = (ns: number): TimeUnit => timeUnits.find((unit) => ns >= 2 * unit.ns) ?? microsecond;
