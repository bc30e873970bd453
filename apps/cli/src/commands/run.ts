/**
 * @module
 * `tandem run`: simulates one workload on one cluster.
 */
import { checkWorkload, type SimulationObserver } from "@tandem-sim/engine";
import { runResult, throughputLine } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { Command, Option } from "commander";
import { type Given, givenTo, refuseIdleServing, refuseWithout, warnOfIdleSeed } from "../idle-flags.js";
import { wholeNumberFlag } from "../number-flag.js";
import { together } from "../observers.js";
import { checkOutputs } from "../output-paths.js";
import { type OutputFlags, outputPaths, RunOutputs } from "../run-outputs.js";
import { outputTokens, planRun, prepareRun, runPlan, warnAll } from "../simulate.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";
import { report, result, throughput } from "../terminal.js";
import { hostFacts } from "../version.js";
import { parseWindow } from "../window-flag.js";

interface RunFlags extends SimulationFlags, OutputFlags {}

async function run(flags: RunFlags, given: Given): Promise<void> {
  const started = performance.now();
  refuseWithout(given, "timelineWindow", "timeline");
  refuseWithout(given, "traceLimit", "traceDir");
  const { inputs, chunks, files } = await prepareRun(flags);
  refuseIdleServing(given, inputs);
  warnOfIdleSeed(given, flags.requestRoutingPolicy);
  checkOutputs(outputPaths(flags), files);
  const { plan, warnings } = planRun(flags, inputs);
  checkWorkload(plan, chunks, flags.dataset);
  const outputs = new RunOutputs(flags, plan, outputTokens(chunks));
  try {
    const printed: SimulationObserver = { onInterval: (interval) => throughput(throughputLine(interval)) };
    const summary = await runPlan(plan, chunks, together([printed, ...outputs.observers]), flags, "simulating");
    warnAll(warnings());
    outputs.commit({ ...summary, host: hostFacts(performance.now() - started) });
    const table = draw(runResult(summary, plan));
    // Where a file goes to stdout, the table makes room.
    if (outputPaths(flags).some(([, path]) => path === "-")) report(`\n${table}`);
    else result(table);
  } catch (error) {
    outputs.abort();
    throw error;
  }
}

/** The `run` command. */
export function runCommand(): Command {
  const command = new Command("run").description("Simulate a workload on a cluster");
  addSimulationFlags(command)
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
    .addHelpText(
      "after",
      `
Example:
  $ tandem run --cluster-config single_node_pim_instance --dataset mixed \\
      --enable-attn-offloading --enable-sub-batch-interleaving --output outputs/mixed.csv`,
    )
    .action((flags: RunFlags) => run(flags, givenTo(command)));
  return command;
}
