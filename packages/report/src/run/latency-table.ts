/**
 * @module
 * Latencies of a run: mean and percentiles of each metric.
 */
import type { LatencyStatistics, Summary } from "@tandem-sim/schemas";
import { ms } from "../number-format.js";
import { type Table, titledTable } from "../part.js";

const columns = ["mean", "median", "p90", "p95", "p99"] as const;

export function latencyTable(summary: Summary): Table {
  const row = (name: string, statistics: LatencyStatistics): string[] => [
    name,
    ...columns.map((key) => ms(statistics[key])),
  ];
  return titledTable(
    ["ms", "mean", "median", "P90", "P95", "P99"],
    [
      row("TTFT", summary.ttft_ms),
      row("TPOT", summary.tpot_ms),
      row("ITL", summary.itl_ms),
      row("latency", summary.latency_ms),
      row("queueing", summary.queuing_ms),
    ],
  );
}
