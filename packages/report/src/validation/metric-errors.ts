/**
 * @module
 * The 15 metrics of a validation: TTFT, TPOT and latency of a recorded and of a simulated run, and how far they differ.
 */
import { Distribution, type RequestResult } from "@tandem-sim/engine";
import type { LatencyStatistics } from "@tandem-sim/schemas";

/** Latencies of one request, ns. Both sides count from the step at which the engine took the request in. */
export interface RequestLatencies {
  ttftNs: number;
  /** Null for a request of one token. */
  tpotNs: number | null;
  latencyNs: number;
}

/** Stamps of one request, seconds on the engine's clock. */
interface RecordedStamps {
  queued_ts: number;
  first_token_ts: number;
  last_token_ts: number;
  output_toks: number;
}

/** vLLM stamps `queued_ts` at the start of an engine step, and tokens when it has processed a step's output. */
export const recordedLatencies = (request: RecordedStamps): RequestLatencies => ({
  ttftNs: (request.first_token_ts - request.queued_ts) * 1e9,
  tpotNs:
    request.output_toks > 1
      ? ((request.last_token_ts - request.first_token_ts) * 1e9) / (request.output_toks - 1)
      : null,
  latencyNs: (request.last_token_ts - request.queued_ts) * 1e9,
});

/**
 * The same from a simulated request. What it waited for a step to take it in is left out, as it is in vLLM's stamps; a
 * client's hold it.
 */
export function simulatedLatencies(result: RequestResult, seenBy?: "client"): RequestLatencies {
  const takenInNs = seenBy === "client" ? 0 : result.queuedNs - result.arrivalNs;
  return {
    ttftNs: result.ttftNs - takenInNs,
    tpotNs: result.outputTokens > 1 ? result.tpotNs : null,
    latencyNs: result.latencyNs - takenInNs,
  };
}

export const metricNames = { ttft: "TTFT", tpot: "TPOT", latency: "latency" } as const;
export type MetricName = keyof typeof metricNames;

export const statNames = { mean: "mean", median: "median", p90: "P90", p95: "P95", p99: "P99" } as const;
type StatName = keyof typeof statNames & keyof LatencyStatistics;

/** One of the 15 rows. */
export interface MetricError {
  metric: MetricName;
  stat: StatName;
  vllm_ms: number;
  simulated_ms: number;
  /** (simulated - vLLM) / vLLM, in percent. */
  diff_pct: number;
}

/** Samples of one metric, ns, in the order of the requests. */
export function samplesOf(metric: MetricName, requests: readonly RequestLatencies[]): number[] {
  return requests.flatMap(({ ttftNs, tpotNs, latencyNs }) => {
    const ns = { ttft: ttftNs, tpot: tpotNs, latency: latencyNs }[metric];
    return ns === null ? [] : [ns];
  });
}

function statistics(samples: readonly number[]): LatencyStatistics {
  const distribution = new Distribution();
  for (const ns of samples) distribution.add(ns);
  return distribution.statisticsMs();
}

const differencePct = (simulated: number, recorded: number): number =>
  simulated === recorded ? 0 : ((simulated - recorded) / recorded) * 100;

/** The 15 rows, TTFT first, mean first. */
export function metricErrors(
  recorded: readonly RequestLatencies[],
  simulated: readonly RequestLatencies[],
): MetricError[] {
  return (Object.keys(metricNames) as MetricName[]).flatMap((metric) => {
    const vllm = statistics(samplesOf(metric, recorded));
    const ours = statistics(samplesOf(metric, simulated));
    return (Object.keys(statNames) as StatName[]).map((stat) => ({
      metric,
      stat,
      vllm_ms: vllm[stat],
      simulated_ms: ours[stat],
      diff_pct: differencePct(ours[stat], vllm[stat]),
    }));
  });
}

/** Mean over the rows of the absolute difference, percent. */
export const meanAbsoluteError = (errors: readonly MetricError[]): number =>
  errors.reduce((sum, { diff_pct }) => sum + Math.abs(diff_pct), 0) / errors.length;
