/**
 * @module
 * Rows of average power. Neighbours between which nothing changes are one row, so a long idle time is one.
 */
import { mapComponents, totalOf } from "./components.js";
import type { PowerRow } from "./node-energy.js";
import type { NodePower } from "./node-power.js";
import { isQuiet, type Work } from "./work.js";

export class PowerSeries {
  readonly rows: PowerRow[] = [];
  /** Times by state of the last row and how long it was, if it may grow. */
  private steady: { ns: Float64Array; durationNs: number } | null = null;

  constructor(private readonly power: NodePower) {}

  add(startNs: number, endNs: number, work: Work): void {
    const durationNs = endNs - startNs;
    const quiet = isQuiet(work);
    if (quiet && this.steady && sameShares(this.steady.ns, this.steady.durationNs, work.ns, durationNs)) {
      this.rows[this.rows.length - 1].endNs = endNs;
      return;
    }
    const joules = this.power.joules(work, durationNs);
    const watts = mapComponents((component) => (joules[component] * 1e9) / durationNs);
    this.rows.push({ startNs, endNs, components: watts, total: totalOf(watts) });
    this.steady = quiet ? { ns: work.ns, durationNs } : null;
  }

  /** @throws {RangeError} where rows do not reach from `startNs` to `endNs` */
  averageW(startNs: number, endNs: number): number {
    const { rows } = this;
    if (!(endNs > startNs && startNs >= (rows[0]?.startNs ?? 0) && endNs <= (rows.at(-1)?.endNs ?? 0))) {
      throw new RangeError(`no power series over [${startNs}, ${endNs}) ns`);
    }
    let joules = 0;
    for (let i = rowAt(rows, startNs); i < rows.length && rows[i].startNs < endNs; i++) {
      const row = rows[i];
      joules += row.total * (Math.min(endNs, row.endNs) - Math.max(startNs, row.startNs));
    }
    return joules / (endNs - startNs);
  }
}

/** Each state holds for the same share of the time in both. */
function sameShares(a: Float64Array, aNs: number, b: Float64Array, bNs: number): boolean {
  for (let c = 0; c < a.length; c++) if (a[c] * bNs !== b[c] * aNs) return false;
  return true;
}

/** Index of the row that holds `timeNs`. */
function rowAt(rows: readonly PowerRow[], timeNs: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows[middle].startNs <= timeNs) low = middle;
    else high = middle - 1;
  }
  return low;
}
