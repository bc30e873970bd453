/**
 * @module
 * How far the analytic model is from measured iterations, by phase.
 */
import { type GpuCosts, iterationNs } from "@tandem-sim/hardware";
import { type ErrorStats, statsOf } from "../fit-error.js";
import type { MeasuredIterations } from "./raw-iterations.js";

/** @param layers decoder layers of the model that the iterations are of */
export const iterationErrorStats = (
  costs: GpuCosts,
  layers: number,
  measured: readonly MeasuredIterations[],
): ErrorStats[] =>
  measured.map(({ phase, batches, attentionNs, otherNs }) =>
    statsOf(
      phase,
      batches.map((batch) => iterationNs(costs, layers, batch)),
      Array.from(attentionNs, (ns, i) => otherNs[i] + layers * ns),
    ),
  );
