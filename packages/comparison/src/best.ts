/**
 * @module
 * Which mode is best by each measure, and by how much.
 */
import type { Measure, Summary, Verdict } from "@tandem-sim/schemas";

/** Figures that modes are held against each other by; less is better, 0 is none. */
const measured: Record<Measure, (summary: Summary) => number> = {
  makespan: ({ makespan_ns }) => makespan_ns,
  ttft: ({ ttft_ms }) => ttft_ms.mean,
  tpot: ({ tpot_ms }) => tpot_ms.mean,
  energy: ({ energy }) => energy?.j_per_token ?? 0,
};

/** In the order in which they are told. */
export const measures = Object.keys(measured) as Measure[];

/** Figures as close as this count as equal: tables show two decimals. */
const SAME = 0.005;

/** The figure of a measure: ns, ms or J; less is better. */
export const figureBy = (measure: Measure, summary: Summary): number => measured[measure](summary);

/** A figure of one mode over that of another. */
export const ratioBy = (measure: Measure, summary: Summary, baseline: Summary): number =>
  measured[measure](summary) / measured[measure](baseline);

/** Best modes by one measure; none where nobody has a figure. */
function bestBy(measure: Measure, served: ReadonlyMap<string, Summary>, baseline: Summary) {
  const figures = [...served].map(([mode, summary]) => ({ mode, figure: measured[measure](summary) }));
  const least = figures.reduce((min, { figure }) => Math.min(min, figure), Number.POSITIVE_INFINITY);
  const reference = measured[measure](baseline);
  if (!(least > 0 && reference > 0)) return null;
  const modes = figures.filter(({ figure }) => figure <= least * (1 + SAME)).map(({ mode }) => mode);
  return { modes, ratio: least / reference };
}

/** The best by every measure that there are figures of. */
export function bestModes(served: ReadonlyMap<string, Summary>, baseline: Summary): Verdict["best"] {
  const best: Verdict["best"] = {};
  for (const measure of measures) {
    const found = bestBy(measure, served, baseline);
    if (found) best[measure] = found;
  }
  return best;
}

/**
 * The measure by which one of two modes is called the faster: the makespan, where that tells them apart; a load that
 * arrives slowly enough takes as long in every mode, and then it is TPOT, or TTFT.
 */
export function decisiveMeasure(summary: Summary, baseline: Summary): Measure {
  const order = ["makespan", "tpot", "ttft"] as const;
  return order.find((measure) => Math.abs(ratioBy(measure, summary, baseline) - 1) > SAME) ?? "makespan";
}

/** The mode that is the fastest of those that offload to PIM; null where none of them served the load. */
export function bestOffloaded(served: ReadonlyMap<string, Summary>): readonly [mode: string, summary: Summary] | null {
  const [first, ...others] = [...served].filter(([, { pim_util }]) => pim_util !== null);
  if (!first) return null;
  return others.reduce((a, b) => (ratioBy(decisiveMeasure(b[1], a[1]), b[1], a[1]) < 1 ? b : a), first);
}

/** Measures of time: energy is off for reasons of its own. */
const times = ["makespan", "ttft", "tpot"] as const satisfies readonly Measure[];

/** How far the GPU times of some runs are off, typically. */
export const uncertaintyOf = (served: ReadonlyMap<string, Summary>): number =>
  [...served.values()].reduce((most, { gpu_time }) => Math.max(most, gpu_time.typical_error), 0);

/**
 * Measures by which nobody can say whether to offload: the best offloaded mode differs from GPU-only, but by less than the
 * GPU times of the runs are typically off.
 */
export function undecided(served: ReadonlyMap<string, Summary>): Measure[] {
  const gpuOnly = served.get("gpu-only");
  const offloaded = [...served.values()].filter(({ pim_util }) => pim_util !== null);
  if (!gpuOnly || offloaded.length === 0) return [];
  const within = uncertaintyOf(served);
  return times.filter((measure) => {
    const least = Math.min(...offloaded.map((summary) => ratioBy(measure, summary, gpuOnly)));
    const apart = Math.abs(least - 1);
    return apart > SAME && apart < within;
  });
}
