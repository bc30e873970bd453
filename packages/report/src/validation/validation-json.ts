/**
 * @module
 * A validation for scripts: what `validate --json` prints.
 */
import type { ReplayedWorkload } from "./replayed-workload.js";
import type { Validation } from "./validation.js";

/** @param cluster file of the cluster config */
export const validationJson = (
  found: Validation,
  workload: ReplayedWorkload,
  cluster: string,
): Record<string, unknown> => ({
  metrics: found.errors,
  mean_abs_error_pct: found.meanAbsErrorPct,
  requests: workload.chunk.count,
  cluster,
  dataset: workload.dataset,
  arrivals: workload.arrivals,
  iterations: found.summary.iterations,
  preemptions: found.summary.preemptions,
  recomputed_tokens: found.summary.recomputed_tokens,
  prefix_hit_tokens: found.summary.prefix_hit_tokens,
  notes: found.notes,
});
