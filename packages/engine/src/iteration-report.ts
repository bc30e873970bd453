/**
 * @module
 * An iteration as plain figures, which can be kept: what observers get of it is used again for the next.
 */
import type { IterationKind } from "./instance-totals.js";
import type { IterationStart } from "./serving-instance.js";

/** What ran in an iteration, and how long. */
export interface IterationReport {
  /** Number of the instance over all nodes. */
  instanceId: number;
  /** Of the instance, from 0. */
  index: number;
  startNs: number;
  latencyNs: number;
  kind: IterationKind;
  /** Requests in the batch: prefills and decodes. */
  requests: number;
  prefills: number;
  decodes: number;
  /** Tokens that are computed. */
  tokens: number;
  /** Time in which the GPU runs a stage. */
  gpuBusyNs: number;
  /** Time in which some channel computes; null without offload. */
  pimBusyNs: number | null;
}

/** The figures of an iteration that starts. */
export function iterationReport(iteration: IterationStart): IterationReport {
  const { plan, index, startNs, kind, batch, table, played } = iteration;
  const { gpu, offload } = table.graph.on;
  let prefills = 0;
  for (let i = 0; i < batch.size; i++) prefills += batch.prefill[i];
  return {
    instanceId: plan.id,
    index,
    startNs,
    latencyNs: played.latencyNs,
    kind,
    requests: batch.size,
    prefills,
    decodes: batch.size - prefills,
    tokens: batch.totalTokens,
    gpuBusyNs: played.coveredNs[gpu],
    pimBusyNs: offload && played.coveredNs[offload.pim],
  };
}
