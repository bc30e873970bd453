/**
 * @module
 * `tandem run`: simulates one workload on one cluster.
 */
import { emptySamples, type ModeOutcome, serveUnlessIdle } from "@tandem-sim/comparison";
import {
  hasPim,
  inMode,
  type Mode,
  modeNames,
  modeOf,
  type PlanInputs,
  type SimulationObserver,
  together,
} from "@tandem-sim/engine";
import { runResult, standing, throughputLine, verdictOn } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import type { Summary, Verdict } from "@tandem-sim/schemas";
import type { Workload } from "@tandem-sim/workload";
import { type Command, Option } from "commander";
import { dumpConfig } from "../dump-config.js";
import { type Given, givenTo, refuseIdleServing, refuseWithout, warnOfIdleSeed } from "../idle-flags.js";
import { wholeNumberFlag } from "../number-flag.js";
import { checkOutputs } from "../output-paths.js";
import { type OutputFlags, outputPaths, RunOutputs } from "../run-outputs.js";
import { serveAlone } from "../serve-mode.js";
import { checkRequests, planRun, prepareRun, runPlan, warnAll } from "../simulate.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";
import { report, result, throughput } from "../terminal.js";
import { hostFacts } from "../version.js";
import { parseWindow } from "../window-flag.js";

interface RunFlags extends SimulationFlags, OutputFlags {
  /** Undefined: as the size of the load suggests. */
  verdict?: boolean;
}

/** The other modes are run unasked for loads up to this many generated tokens: a tenth of a second. */
const OTHER_MODES_TOKENS = 20_000;

/** This run against the other modes, which are run for that; null where there are none, or nobody wants to wait for them. */
async function judge(
  flags: RunFlags,
  inputs: PlanInputs,
  workload: Workload,
  summary: Summary,
): Promise<Verdict | null> {
  const own = modeOf(inputs);
  const wanted = flags.verdict ?? workload.outputTokens <= OTHER_MODES_TOKENS;
  if (!own || !wanted || !hasPim(inputs)) return null;
  const outcomes = new Map<Mode, ModeOutcome>();
  for (const mode of modeNames) {
    if (mode === own) outcomes.set(mode, { summary, samples: emptySamples() });
    else {
      // What leaves the GPU profile is not warned of: the run that is shown has done so.
      const serve = async () => (await serveAlone(flags, workload, inMode(inputs, mode), mode)).outcome;
      await serveUnlessIdle(mode, outcomes, serve);
    }
  }
  const verdict = verdictOn(outcomes);
  return verdict && { ...verdict, sentences: [...standing(own, outcomes), ...verdict.sentences] };
}

async function run(flags: RunFlags, given: Given): Promise<void> {
  const started = performance.now();
  refuseWithout(given, "timelineWindow", "timeline");
  refuseWithout(given, "traceLimit", "traceDir");
  const { inputs, workload, files } = await prepareRun(flags);
  refuseIdleServing(given, inputs);
  warnOfIdleSeed(given, flags.requestRoutingPolicy);
  checkOutputs(outputPaths(flags), files);
  const { plan, warnings } = planRun(flags, inputs);
  await checkRequests(plan, workload, flags.dataset);
  dumpConfig(flags.dumpConfig, inputs.cluster);
  const outputs = new RunOutputs(flags, plan, workload.outputTokens);
  try {
    const printed: SimulationObserver = { onInterval: (interval) => throughput(throughputLine(interval)) };
    const summary = await runPlan(plan, workload, together([printed, ...outputs.observers]), flags, "simulating");
    warnAll(warnings());
    const verdict = await judge(flags, inputs, workload, summary);
    outputs.commit({ ...summary, ...(verdict && { verdict }), host: hostFacts(performance.now() - started) });
    const table = [draw(runResult(summary, plan)), ...(verdict?.sentences ?? [])].join("\n\n");
    // Where a file goes to stdout, the table makes room.
    if (outputPaths(flags).some(([, path]) => path === "-")) report(`\n${table}`);
    else result(table);
  } catch (error) {
    outputs.abort();
    throw error;
  }
}

/** Flags and action of `run`. */
export function runCommand(command: Command): Command {
  return addSimulationFlags(command)
    .option("--output <file>", "Per-request CSV")
    .option("--summary <file>", "Machine-readable JSON of the whole result; - for stdout")
    .option(
      "--trace-dir <dir>",
      "Text trace of every iteration, one file each, in place of those of an earlier run there",
    )
    .addOption(
      new Option("--trace-limit <n>", "Iterations to trace, per instance")
        .argParser(wholeNumberFlag("--trace-limit", 0))
        .default(Number.POSITIVE_INFINITY, "all"),
    )
    .option(
      "--power-series <file>",
      "CSV of power over time by component, per log interval; equal neighbours are one row",
    )
    .option("--timeline <file>", "Chrome trace JSON of GPU, link and every PIM channel, for ui.perfetto.dev")
    .addOption(
      new Option("--timeline-window <A:B>", "Simulated seconds that the timeline shows")
        .argParser(parseWindow)
        .default({ startNs: 0, endNs: Number.POSITIVE_INFINITY }, "all"),
    )
    .addOption(
      new Option(
        "--verdict",
        `Run the other modes too and say which would have been best (default: up to ${OTHER_MODES_TOKENS} generated tokens)`,
      ),
    )
    .addOption(new Option("--no-verdict", "Turn that off").default(undefined))
    .addHelpText(
      "after",
      `
Example:
  $ tandem run --cluster-config single_node_pim_instance --dataset mixed \\
      --enable-attn-offloading --enable-sub-batch-interleaving --output outputs/mixed.csv`,
    )
    .action((flags: RunFlags) => run(flags, givenTo(command)));
}
