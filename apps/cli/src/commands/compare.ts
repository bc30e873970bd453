/**
 * @module
 * `tandem compare`: the same inputs in four modes, one table.
 */
import { checkWorkload, inMode, type Mode, modeNames, type RequestResult } from "@tandem-sim/engine";
import type { Summary } from "@tandem-sim/schemas";
import { Command } from "commander";
import pc from "picocolors";
import { compact, ms, percent } from "../number-format.js";
import { writeWhole } from "../output-file.js";
import { addSample, comparisonReport, emptySamples, type ModeOutcome } from "../report/comparison.js";
import { offloadNote, plainTable } from "../results.js";
import {
  addSimulationFlags,
  planRun,
  prepareRun,
  runPlan,
  type SimulationFlags,
  warnAll,
} from "../simulation-flags.js";
import { json, result } from "../terminal.js";
import { version } from "../version.js";

interface CompareFlags extends SimulationFlags {
  json?: true;
  report?: string;
}

/** A line of the table: what it says of one mode. */
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

async function compare(flags: CompareFlags): Promise<void> {
  const { inputs, chunks } = await prepareRun(flags);
  // All plans first: what cannot be simulated is known before anything runs.
  const plans = modeNames.map((mode) => {
    const planned = planRun(flags, inMode(inputs, mode));
    checkWorkload(planned.plan, chunks, flags.dataset);
    return { mode, ...planned };
  });
  const outcomes = new Map<Mode, ModeOutcome>();
  const beyond = new Set<string>();
  for (const { mode, plan, warnings } of plans) {
    const samples = emptySamples();
    const onRequest = (result: RequestResult): void => addSample(samples, result);
    const summary = await runPlan(plan, chunks, { onRequest }, flags, mode);
    outcomes.set(mode, { summary, samples });
    for (const text of warnings()) beyond.add(text);
  }
  warnAll([...beyond]);
  const summaries = new Map([...outcomes].map(([mode, { summary }]) => [mode, summary]));
  const rows = comparisonRows(summaries);
  const notes = plans.flatMap(({ mode, plan }) => (mode === "offload" ? offloadNote(plan) : []));
  if (flags.report !== undefined) {
    const compared: [string, string][] = [
      ["cluster", inputs.source],
      ["dataset", flags.dataset],
      ["offload phase", flags.attnOffloadPhase],
      ["split", flags.subBatchSplit],
      ...notes.map((note): [string, string] => ["memory", note]),
    ];
    writeWhole(flags.report, comparisonReport(outcomes, rows, compared, `tandem ${version}`));
  }
  if (flags.json) return json({ modes: Object.fromEntries(summaries) });
  const [head = [], ...body] = rows;
  result(plainTable([[pc.bold(head[0] ?? ""), ...head.slice(1)], ...body]));
  for (const note of notes) result(`\n${note}`);
}

/** The `compare` command. */
export function compareCommand(): Command {
  return addSimulationFlags(new Command("compare"))
    .description("Simulate the same inputs GPU-only, offloaded, interleaved and with policy auto")
    .option("--json", "Print the four summaries as JSON")
    .option("--report <file>", "One HTML page with the table, latency distributions and energy")
    .addHelpText("after", "\nExample:\n  $ tandem compare --dataset decode_heavy --attn-offload-phase decode")
    .action(compare);
}
