/**
 * @module
 * `tandem validate`: replays a recorded vLLM run and says how far the simulation is from it.
 */
import { checkWorkload, type RequestResult, type SimulationObserver } from "@tandem-sim/engine";
import {
  contradictions,
  errorTable,
  throughputLine,
  type Validation,
  validation,
  validationJson,
  whatWasCompared,
} from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { heldWorkload } from "@tandem-sim/workload";
import type { Command } from "commander";
import { dumpConfig } from "../dump-config.js";
import { type Given, givenTo, refuseGiven } from "../idle-flags.js";
import { WholeFile } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { readRecordedRun } from "../recorded-folder.js";
import { arrivalsFlag, prepareReplay, type ReplayFlags, withRecorded } from "../replay.js";
import { planRun, runPlan, warnAll } from "../simulate.js";
import { addSimulationFlags } from "../simulation-flags.js";
import { json, report, result, setLogLevel, throughput } from "../terminal.js";
import { version } from "../version.js";

interface ValidateFlags extends ReplayFlags {
  vllm: string;
  json?: true;
  report?: string;
}

function show(found: Validation): void {
  for (const [term, text] of found.compared) report(`${term}: ${text}`);
  for (const note of found.notes) report(note);
  result(draw([errorTable(found)]));
}

async function validate(asked: ValidateFlags, given: Given): Promise<void> {
  setLogLevel(asked.logLevel);
  refuseGiven(given, ["requestRate"], "a recorded run has its arrivals");
  refuseGiven(given, ["slo"], "a validation has no goodput");
  const run = readRecordedRun(asked.vllm);
  const flags = withRecorded(asked, run, given);
  const { inputs, workload, files } = await prepareReplay(run, flags, given);
  const outputs = [
    ["--report", flags.report],
    ["--dump-config", flags.dumpConfig],
  ] as const;
  checkOutputs(outputs, files);
  const { plan, warnings } = planRun(flags, inputs);
  checkWorkload(plan, [workload.chunk], workload.dataset ?? run.dir);
  dumpConfig(flags.dumpConfig, inputs.cluster);
  const file = flags.report === undefined ? null : new WholeFile(flags.report);
  try {
    const results: RequestResult[] = [];
    const observer: SimulationObserver = {
      onRequest: (finished) => results.push(finished),
      ...(given("logInterval") ? { onInterval: (interval) => throughput(throughputLine(interval)) } : {}),
    };
    const summary = await runPlan(plan, heldWorkload([workload.chunk]), observer, flags, "replaying");
    results.sort((a, b) => a.requestId - b.requestId);
    const found = validation(run, workload, results, summary, whatWasCompared(run, workload, inputs));
    warnAll([...workload.warnings, ...contradictions(run, inputs), ...warnings()]);
    if (file) {
      const { validationPage } = await import("@tandem-sim/report/pages");
      file.write(validationPage(found, `tandem ${version}`));
      file.commit();
    }
    if (flags.json) json(validationJson(found, workload, inputs.source));
    else show(found);
  } catch (error) {
    file?.abort();
    throw error;
  }
}

/** Flags and action of `validate`. */
export function validateCommand(command: Command): Command {
  command.requiredOption(
    "--vllm <dir>",
    "Recorded run: requests.jsonl, meta.json; also timeseries.csv, cluster.json; or vllm bench serve's detailed JSON",
  );
  return addSimulationFlags(command)
    .addOption(arrivalsFlag())
    .option("--json", "Print JSON")
    .option("--report <file>", "HTML page with the table, latency distributions and load over time")
    .addHelpText(
      "after",
      `
Options that meta.json records stand in for their defaults, cluster.json for the default cluster, and the workload
beside the folder for the default dataset; a flag given here wins.

Example:
  $ tandem validate --vllm recorded/RTXPRO6000-Llama-3.1-8B --report outputs/validation.html`,
    )
    .action((flags: ValidateFlags) => validate(flags, givenTo(command)));
}
