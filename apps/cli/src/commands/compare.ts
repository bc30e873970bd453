/**
 * @module
 * `tandem compare`: the same inputs in four modes, one table.
 */
import { checkWorkload, inMode, type Mode, modeNames, type PlanInputs, type RequestResult } from "@tandem-sim/engine";
import {
  addSample,
  comparisonRows,
  emptySamples,
  type ModeOutcome,
  offloadNote,
  servedModes,
  type UnfitMode,
  unfitModes,
  unfitNotes,
  verdictOn,
} from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { TandemError } from "@tandem-sim/schemas";
import type { RequestChunk } from "@tandem-sim/workload";
import { Command } from "commander";
import { type Given, givenTo, refuseGiven, warnOfIdleSeed } from "../idle-flags.js";
import { WholeFile } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { planRun, prepareRun, runPlan, warnAll } from "../simulate.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";
import { json, result } from "../terminal.js";
import { version } from "../version.js";

interface CompareFlags extends SimulationFlags {
  json?: true;
  report?: string;
}

/** What compare does in every mode, or not at all. */
function refuseIdle(given: Given): void {
  const modes = ["enableAttnOffloading", "enableSubBatchInterleaving", "subBatchPolicy"];
  refuseGiven(given, modes, `compare runs ${modeNames.join(", ")} and sets this itself`);
  refuseGiven(given, ["logInterval"], "compare prints no throughput lines");
}

type Planned = ReturnType<typeof planRun>;

/** The plan of a mode, or why it cannot serve the load. */
function planMode(flags: CompareFlags, inputs: PlanInputs, chunks: readonly RequestChunk[]): Planned | UnfitMode {
  try {
    const planned = planRun(flags, inputs);
    checkWorkload(planned.plan, chunks, flags.dataset);
    return planned;
  } catch (error) {
    if (error instanceof TandemError && error.code === "E_CAPACITY") return { doesNotFit: error.message };
    throw error;
  }
}

type Plans = ReadonlyMap<Mode, Planned | UnfitMode>;

/**
 * All plans first: what cannot be simulated is known before anything runs.
 *
 * @throws {TandemError} E_CAPACITY where no mode fits
 */
function planModes(flags: CompareFlags, inputs: PlanInputs, chunks: readonly RequestChunk[]): Plans {
  const plans = new Map(modeNames.map((mode) => [mode, planMode(flags, inMode(inputs, mode), chunks)]));
  const reasons = [...plans.values()].flatMap((planned) => ("plan" in planned ? [] : [planned.doesNotFit]));
  if (reasons.length < plans.size) return plans;
  throw new TandemError("E_CAPACITY", `no mode fits: ${reasons[0]}`);
}

async function runMode({ plan }: Planned, chunks: readonly RequestChunk[], flags: CompareFlags, mode: Mode) {
  const samples = emptySamples();
  const onRequest = (result: RequestResult): void => addSample(samples, result);
  return { summary: await runPlan(plan, chunks, { onRequest }, flags, mode), samples };
}

async function runModes(
  plans: Plans,
  chunks: readonly RequestChunk[],
  flags: CompareFlags,
): Promise<Map<Mode, ModeOutcome>> {
  const outcomes = new Map<Mode, ModeOutcome>();
  const beyond = new Set<string>();
  for (const [mode, planned] of plans) {
    outcomes.set(mode, "plan" in planned ? await runMode(planned, chunks, flags, mode) : planned);
    if ("plan" in planned) for (const text of planned.warnings()) beyond.add(text);
  }
  warnAll([...beyond]);
  return outcomes;
}

/** What the table leaves out, a sentence each under its heading. */
function notesOn(plans: Plans, outcomes: ReadonlyMap<Mode, ModeOutcome>): [heading: string, note: string][] {
  const offload = plans.get("offload");
  const memory = offload && "plan" in offload ? offloadNote(offload.plan) : [];
  return [
    ...(verdictOn(outcomes)?.sentences ?? []).map((note): [string, string] => ["verdict", note]),
    ...unfitNotes(outcomes).map((note): [string, string] => ["capacity", note]),
    ...memory.map((note): [string, string] => ["memory", note]),
  ];
}

async function comparisonHtml(outcomes: ReadonlyMap<Mode, ModeOutcome>, compared: [string, string][]): Promise<string> {
  const { comparisonPage } = await import("@tandem-sim/report/pages");
  return comparisonPage(outcomes, comparisonRows(outcomes), compared, `tandem ${version}`);
}

function asJson(outcomes: ReadonlyMap<Mode, ModeOutcome>): Record<string, unknown> {
  const summaries = [...servedModes(outcomes)].map(([mode, { summary }]) => [mode, summary]);
  return {
    modes: Object.fromEntries(summaries),
    does_not_fit: Object.fromEntries(unfitModes(outcomes)),
    verdict: verdictOn(outcomes),
  };
}

async function compare(flags: CompareFlags, given: Given): Promise<void> {
  refuseIdle(given);
  const { inputs, chunks, files } = await prepareRun(flags);
  warnOfIdleSeed(given, flags.requestRoutingPolicy);
  checkOutputs([["--report", flags.report]], files);
  const plans = planModes(flags, inputs, chunks);
  const file = flags.report === undefined ? null : new WholeFile(flags.report);
  try {
    const outcomes = await runModes(plans, chunks, flags);
    const notes = notesOn(plans, outcomes);
    if (file) {
      const compared: [string, string][] = [
        ["cluster", inputs.source],
        ["dataset", flags.dataset],
        ["offload phase", flags.attnOffloadPhase],
        ["split", flags.subBatchSplit],
      ];
      file.write(await comparisonHtml(outcomes, [...compared, ...notes]));
      file.commit();
    }
    if (flags.json) return json(asJson(outcomes));
    result(draw([{ rows: comparisonRows(outcomes), titled: true }]));
    for (const [, note] of notes) result(`\n${note}`);
  } catch (error) {
    file?.abort();
    throw error;
  }
}

/** The `compare` command. */
export function compareCommand(): Command {
  const command = new Command("compare");
  return addSimulationFlags(command)
    .description("Simulate the same inputs GPU-only, offloaded, interleaved and with policy auto")
    .option("--json", "Print the summaries as JSON, and which modes do not fit")
    .option("--report <file>", "One HTML page with the table, latency distributions and energy")
    .addHelpText("after", "\nExample:\n  $ tandem compare --dataset decode_heavy --attn-offload-phase decode")
    .action((flags: CompareFlags) => compare(flags, givenTo(command)));
}
