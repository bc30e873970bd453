/**
 * @module
 * `tandem compare`: the same inputs in four modes, one table.
 */
import { checkWorkload, inMode, type Mode, modeNames, type RequestResult } from "@tandem-sim/engine";
import { addSample, comparisonRows, emptySamples, type ModeOutcome, offloadNote } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { Command } from "commander";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { planRun, prepareRun, runPlan, warnAll } from "../simulate.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";
import { json, result } from "../terminal.js";
import { version } from "../version.js";

interface CompareFlags extends SimulationFlags {
  json?: true;
  report?: string;
}

async function compare(flags: CompareFlags): Promise<void> {
  const { inputs, chunks, files } = await prepareRun(flags);
  checkOutputs([["--report", flags.report]], files);
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
    const { comparisonPage } = await import("@tandem-sim/report/pages");
    writeWhole(flags.report, comparisonPage(outcomes, rows, compared, `tandem ${version}`));
  }
  if (flags.json) return json({ modes: Object.fromEntries(summaries) });
  result(draw([{ rows, titled: true }]));
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
