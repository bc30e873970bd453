/**
 * @module
 * Modes side by side, a row each.
 */
import type { Summary } from "@tandem-sim/schemas";
import { compact, ms, percent } from "../number-format.js";

/** A column of the table: what it says of one mode. */
type Column = readonly [title: string, text: (summary: Summary, baseline: Summary) => string];

const ratio = (value: number, baseline: number): string => (baseline > 0 ? `${(value / baseline).toFixed(2)}x` : "-");

const columns: readonly Column[] = [
  ["makespan s", (s) => (s.makespan_ns / 1e9).toFixed(2)],
  ["decode tok/s", (s) => compact(s.throughput.decode_tok_s)],
  ["TTFT ms", (s) => ms(s.ttft_ms.mean)],
  ["", (s, base) => ratio(s.ttft_ms.mean, base.ttft_ms.mean)],
  ["TPOT ms", (s) => ms(s.tpot_ms.mean)],
  ["", (s, base) => ratio(s.tpot_ms.mean, base.tpot_ms.mean)],
  ["GPU busy", (s) => percent(s.gpu_busy)],
  ["PIM util", (s) => (s.pim_util === null ? "-" : percent(s.pim_util))],
  ["J/token", (s) => (s.energy ? s.energy.j_per_token.toFixed(3) : "-")],
  [
    "interleaved",
    (s) => (s.iterations > 0 ? percent((s.interleaving.interleaved + s.interleaving.chunked) / s.iterations) : "-"),
  ],
];

const goodputColumn: Column = ["goodput req/s", (s) => s.goodput?.requests_s.toFixed(2) ?? "-"];

/** The comparison, a row per mode, the head first. The first mode is what ratios refer to. */
export function comparisonRows(summaries: ReadonlyMap<string, Summary>): string[][] {
  const [baseline] = summaries.values();
  if (!baseline) return [];
  const shown = baseline.goodput ? [...columns, goodputColumn] : columns;
  return [
    ["mode", ...shown.map(([title]) => title)],
    ...[...summaries].map(([mode, summary]) => [mode, ...shown.map(([, text]) => text(summary, baseline))]),
  ];
}
