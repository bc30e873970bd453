/**
 * @module
 * Modes side by side, a row each.
 */
import type { Summary } from "@tandem-sim/schemas";
import { compact, ms, percent } from "../number-format.js";
import { type ModeOutcome, servedModes } from "./mode-outcome.js";

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

/** The comparison, a row per mode, the head first. The first mode that serves the load is what ratios refer to. */
export function comparisonRows(outcomes: ReadonlyMap<string, ModeOutcome>): string[][] {
  const [baseline] = servedModes(outcomes).values();
  const shown = baseline?.summary.goodput ? [...columns, goodputColumn] : columns;
  const cells = (outcome: ModeOutcome): string[] =>
    "summary" in outcome && baseline
      ? shown.map(([, text]) => text(outcome.summary, baseline.summary))
      : shown.map((_, i) => (i === 0 ? "does not fit" : "-"));
  return [["mode", ...shown.map(([title]) => title)], ...[...outcomes].map(([mode, one]) => [mode, ...cells(one)])];
}
