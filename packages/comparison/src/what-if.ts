/**
 * @module
 * What a comparison is worth knowing for beyond its own runs: the same load again, with one thing changed at a time.
 */
import type { PlanInputs } from "@tandem-sim/engine";
import type { Summary, WhatIf } from "@tandem-sim/schemas";
import { decisiveMeasure, ratioBy } from "./best.js";
import { composition } from "./composition.js";
import { flipsOf } from "./flips.js";
import type { Serve } from "./mode-outcome.js";

const offloaded = ["offload", "interleave", "auto"];

/**
 * Flips, and what makes up the difference between GPU-only and the best offloaded mode.
 *
 * @param inputs of the comparison, in no mode yet
 * @param served summaries by mode
 * @returns null where GPU-only and auto did not both serve the load, or nothing was served
 */
export async function whatIf(
  inputs: PlanInputs,
  served: ReadonlyMap<string, Summary>,
  serve: Serve,
): Promise<WhatIf | null> {
  const gpuOnly = served.get("gpu-only");
  const auto = served.get("auto");
  if (!gpuOnly || !auto || gpuOnly.requests === 0 || auto.pim_util === null) return null;
  const measure = decisiveMeasure(auto, gpuOnly);
  const ratio = (mode: string): number => {
    const summary = served.get(mode);
    return summary ? ratioBy(measure, summary, gpuOnly) : Number.POSITIVE_INFINITY;
  };
  const best = offloaded.reduce((a, b) => (ratio(b) < ratio(a) ? b : a));
  const [flips, composed] = await Promise.all([
    flipsOf(inputs, { auto, gpuOnly }, measure, serve),
    composition(inputs, served, best, serve),
  ]);
  return { flips, composition: composed };
}
