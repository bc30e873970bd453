/**
 * @module
 * What one mode of a comparison came to: its summary, and the latencies of its requests.
 */
import type { RequestResult } from "@tandem-sim/engine";
import type { Summary } from "@tandem-sim/schemas";

/** One mode's outcome. Samples are ns, a value per request. */
export interface ModeOutcome {
  summary: Summary;
  samples: { ttft: number[]; tpot: number[]; latency: number[] };
}

export const emptySamples = (): ModeOutcome["samples"] => ({ ttft: [], tpot: [], latency: [] });

/** Collects a finished request; a single token has no TPOT. */
export function addSample(samples: ModeOutcome["samples"], result: RequestResult): void {
  samples.ttft.push(result.ttftNs);
  samples.latency.push(result.latencyNs);
  if (result.outputTokens > 1) samples.tpot.push(result.tpotNs);
}
