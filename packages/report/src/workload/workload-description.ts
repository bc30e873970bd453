/**
 * @module
 * What a workload is like, as text.
 */
import type { LengthSummary, WorkloadDescription } from "@tandem-sim/workload";
import { percent } from "../number-format.js";

const thousands = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 1 });

const columns: readonly (keyof LengthSummary)[] = ["total", "mean", "min", "median", "p90", "max"];

const row = (name: string, cells: readonly string[]): string =>
  `${name.padEnd(14)}${cells.map((cell) => cell.padStart(12)).join("")}`;

const lengths = (name: string, summary: LengthSummary): string =>
  row(
    name,
    columns.map((column) => thousands(summary[column])),
  );

/** Rate, token ids, prefix hits and lengths. */
export function describedWorkload(description: WorkloadDescription): string {
  const { requests, durationNs, requestsPerSecond, prefixHits } = description;
  const arriving =
    requestsPerSecond === null
      ? "all at once"
      : `over ${thousands(durationNs / 1e9)} s, ${requestsPerSecond.toPrecision(4)} per second`;
  const hits =
    description.withTokenIds === 0
      ? "none without token ids"
      : `at most ${percent(prefixHits.share, 1)} of prompt tokens, in blocks of ${prefixHits.blockSize}`;
  return [
    `requests      ${thousands(requests)}, ${arriving}`,
    `token ids     ${percent(description.withTokenIds, 1)} of requests`,
    `prefix hits   ${hits}`,
    "",
    row("", columns),
    lengths("input tokens", description.inputTokens),
    lengths("output tokens", description.outputTokens),
  ].join("\n");
}
