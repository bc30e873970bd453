/**
 * @module
 * `tandem compare`: the same inputs in several modes, one table, a verdict, and what running again with one thing changed says.
 */
import {
  competitor,
  type ModeOutcome,
  type Serve,
  servedModes,
  serveUnlessIdle,
  type UnfitMode,
  unfitModes,
  whatIf,
} from "@tandem-sim/comparison";
import { inMode, type Mode, modeNames, type PlanInputs } from "@tandem-sim/engine";
import { comparisonTables, gpuNotes, kernelNote, offloadNote, unfitNotes, verdictOn } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { TandemError, type Verdict } from "@tandem-sim/schemas";
import type { Workload } from "@tandem-sim/workload";
import { type Command, Option } from "commander";
import { dumpConfig } from "../dump-config.js";
import { type Given, givenTo, warnOfIdleSeed } from "../idle-flags.js";
import { parseModes, refuseModeFlags } from "../mode-flags.js";
import { wholeNumberFlag } from "../number-flag.js";
import { WholeFile } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { quickText } from "../quick-flags.js";
import { type Planned, planMode, type Served } from "../serve-mode.js";
import { createServePool, type ServePool } from "../serve-pool.js";
import { prepareRun, warnAll } from "../simulate.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";
import { json, result } from "../terminal.js";
import { version } from "../version.js";

interface CompareFlags extends SimulationFlags {
  modes?: Mode[];
  json?: true;
  report?: string;
  jobs: number;
  /** Undefined: as the size of the load suggests. */
  whatIf?: boolean;
}

/** Loads up to this many generated tokens are run again unasked: about five seconds. */
const RUN_AGAIN_TOKENS = 500_000;

type Plans = ReadonlyMap<Mode, Planned | UnfitMode>;

/**
 * All plans first: what cannot be simulated is known before anything runs.
 *
 * @throws {TandemError} E_CAPACITY where no mode fits
 */
async function planModes(flags: CompareFlags, inputs: PlanInputs, workload: Workload): Promise<Plans> {
  const plans = new Map<Mode, Planned | UnfitMode>();
  for (const mode of flags.modes ?? modeNames) plans.set(mode, await planMode(flags, inMode(inputs, mode), workload));
  const reasons = [...plans.values()].flatMap((planned) => ("plan" in planned ? [] : [planned.doesNotFit]));
  if (reasons.length < plans.size) return plans;
  throw new TandemError("E_CAPACITY", `no mode fits: ${reasons[0]}`);
}

/** All modes side by side, but that which may not be worth it. */
async function runModes(modes: readonly Mode[], inputs: PlanInputs, pool: ServePool, asked: boolean) {
  const serve = (mode: Mode): Promise<Served> => pool.serve(inMode(inputs, mode), mode);
  const atOnce = modes.filter((mode) => asked || mode !== competitor);
  const served = new Map(await Promise.all(atOnce.map(async (mode) => [mode, await serve(mode)] as const)));
  const outcomes = new Map<Mode, ModeOutcome>();
  const beyond = new Set<string>();
  const noted = async (mode: Mode): Promise<ModeOutcome> => {
    const { outcome, warnings } = served.get(mode) ?? (await serve(mode));
    for (const text of warnings) beyond.add(text);
    return outcome;
  };
  for (const mode of modes) {
    if (asked) outcomes.set(mode, await noted(mode));
    else await serveUnlessIdle(mode, outcomes, () => noted(mode));
  }
  warnAll([...beyond]);
  return outcomes;
}

/** The verdict, with what running again says unless nobody wants to wait for it. */
async function judge(
  flags: CompareFlags,
  inputs: PlanInputs,
  workload: Workload,
  outcomes: ReadonlyMap<Mode, ModeOutcome>,
  pool: ServePool,
): Promise<Verdict | null> {
  const again = flags.whatIf ?? workload.outputTokens <= RUN_AGAIN_TOKENS;
  // What leaves the GPU profile is not warned of: the runs that are shown have done so.
  const serve: Serve = async (changed, what) => (await pool.serve(changed, what)).outcome;
  const served = new Map([...servedModes(outcomes)].map(([mode, { summary }]) => [mode, summary]));
  return verdictOn(outcomes, again ? await whatIf(inputs, served, serve) : null);
}

/** What was compared: enough to run it again. */
const comparedInputs = (flags: CompareFlags, { source }: PlanInputs, requests: number): [string, string | number][] => [
  ["cluster", `${source} ${quickText(flags)}`.trim()],
  ["dataset", flags.dataset],
  ["requests", requests],
  ["offload phase", flags.attnOffloadPhase],
  ["split", flags.subBatchSplit],
  ["requests at a time", flags.maxNumSeqs],
  ["tokens a step", flags.maxNumBatchedTokens],
  ["mixed attention", flags.gpuMixedAttention],
];

/** What the tables leave out, a sentence each under its heading. */
function notesOn(
  plans: Plans,
  outcomes: ReadonlyMap<Mode, ModeOutcome>,
  verdict: Verdict | null,
): [heading: string, note: string][] {
  const summaries = [...servedModes(outcomes).values()].map(({ summary }) => summary);
  const [first] = [...plans.values()].flatMap((planned) => ("plan" in planned ? [planned.plan] : []));
  const offload = plans.get("offload");
  const memory = offload && "plan" in offload ? offloadNote(offload.plan) : [];
  const headed = (heading: string, notes: readonly string[]) => notes.map((note): [string, string] => [heading, note]);
  return [
    ...headed("verdict", verdict?.sentences ?? []),
    ...headed("kernels", verdict?.what_if ? kernelNote(verdict.what_if) : []),
    ...headed("capacity", unfitNotes(outcomes)),
    ...headed("gpu", first ? gpuNotes(first, summaries) : []),
    ...headed("memory", memory),
  ];
}

function asJson(
  outcomes: ReadonlyMap<Mode, ModeOutcome>,
  verdict: Verdict | null,
  inputs: readonly (readonly [string, string | number])[],
): Record<string, unknown> {
  const summaries = [...servedModes(outcomes)].map(([mode, { summary }]) => [mode, summary]);
  return {
    inputs: Object.fromEntries(inputs.map(([name, value]) => [name.replaceAll(" ", "_"), value])),
    modes: Object.fromEntries(summaries),
    does_not_fit: Object.fromEntries(unfitModes(outcomes)),
    verdict,
  };
}

async function compare(flags: CompareFlags, given: Given): Promise<void> {
  refuseModeFlags(given, "compare");
  const { inputs, workload, files } = await prepareRun(flags);
  warnOfIdleSeed(given, flags.requestRoutingPolicy);
  const outputs = [
    ["--report", flags.report],
    ["--dump-config", flags.dumpConfig],
  ] as const;
  checkOutputs(outputs, files);
  const plans = await planModes(flags, inputs, workload);
  dumpConfig(flags.dumpConfig, inputs.cluster);
  const file = flags.report === undefined ? null : new WholeFile(flags.report);
  const pool = await createServePool(flags, workload, flags.jobs);
  try {
    const outcomes = await runModes([...plans.keys()], inputs, pool, flags.modes !== undefined);
    const verdict = await judge(flags, inputs, workload, outcomes, pool);
    const compared = comparedInputs(flags, inputs, workload.requests);
    const notes = notesOn(plans, outcomes, verdict);
    if (file) {
      const { comparisonPage } = await import("@tandem-sim/report/pages");
      const facts = compared.map(([name, value]): [string, string] => [name, String(value)]);
      file.write(comparisonPage({ outcomes, verdict, notes, compared: facts, madeBy: `tandem ${version}` }));
      file.commit();
    }
    if (flags.json) return json(asJson(outcomes, verdict, compared));
    result(draw(comparisonTables(outcomes, verdict).flatMap(([, table], i) => (i > 0 ? ["", table] : [table]))));
    for (const [, note] of notes) result(`\n${note}`);
  } catch (error) {
    file?.abort();
    throw error;
  } finally {
    await pool.close();
  }
}

/** Flags and action of `compare`. */
export function compareCommand(command: Command): Command {
  return addSimulationFlags(command)
    .option(
      "--modes <names>",
      `Which, of ${modeNames.join(", ")} (default: all, kv-offload only where it loads anything)`,
      parseModes,
    )
    .option("--jobs <n>", "Threads; several pay only where runs take long", wholeNumberFlag("--jobs", 1, 256), 1)
    .option("--json", "Print inputs, summaries and verdict as JSON, and which modes do not fit")
    .option("--report <file>", "One HTML page with the verdict, tables, latency distributions and energy")
    .addOption(
      new Option(
        "--what-if",
        `Run again with one thing changed at a time, for where the verdict flips and what it consists of (default: up to ${RUN_AGAIN_TOKENS} generated tokens)`,
      ),
    )
    .addOption(new Option("--no-what-if", "Turn that off").default(undefined))
    .addHelpText("after", "\nExample:\n  $ tandem compare --dataset decode_heavy --attn-offload-phase decode")
    .action((flags: CompareFlags) => compare(flags, givenTo(command)));
}
