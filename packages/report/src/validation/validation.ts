/**
 * @module
 * What a validation found: both runs request by request, the error table, and what was compared.
 */
import type { RequestResult } from "@tandem-sim/engine";
import type { Summary } from "@tandem-sim/schemas";
import { recordedLoad, simulatedLoad } from "./load-over-time.js";
import {
  type MetricError,
  meanAbsoluteError,
  metricErrors,
  type RequestLatencies,
  recordedLatencies,
  simulatedLatencies,
} from "./metric-errors.js";
import type { LoadSample, RecordedRun } from "./recorded-run.js";
import type { ReplayedWorkload } from "./replayed-workload.js";

/** One side of the comparison. */
interface Side {
  latencies: RequestLatencies[];
  load: LoadSample[];
}

export interface Validation {
  /** Name and value of what was compared, in the order of interest. */
  compared: [term: string, text: string][];
  notes: string[];
  vllm: Side;
  simulated: Side;
  summary: Summary;
  errors: MetricError[];
  meanAbsErrorPct: number;
}

/** Compares a recorded run with the simulation of its workload. */
export function validation(
  run: RecordedRun,
  workload: ReplayedWorkload,
  results: readonly RequestResult[],
  summary: Summary,
  compared: [term: string, text: string][],
): Validation {
  const vllm = workload.recorded.map(recordedLatencies);
  const simulated = results.map((result) => simulatedLatencies(result, run.seenBy));
  const errors = metricErrors(vllm, simulated);
  const firstAtS = (workload.chunk.arrivalNs[0] ?? 0) / 1e9;
  return {
    compared,
    notes: workload.notes,
    vllm: { latencies: vllm, load: run.load ?? recordedLoad(workload.recorded, firstAtS) },
    simulated: { latencies: simulated, load: simulatedLoad(results) },
    summary,
    errors,
    meanAbsErrorPct: meanAbsoluteError(errors),
  };
}
