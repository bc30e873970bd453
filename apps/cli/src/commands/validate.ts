/**
 * @module
 * `tandem validate`: replays a recorded vLLM run and says how far the simulation is from it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkWorkload, type RequestResult, type SimulationObserver, withGpuBlocks } from "@tandem-sim/engine";
import {
  type ArrivalSource,
  arrivalSources,
  contradictions,
  errorTable,
  type RecordedRun,
  recordedBlocks,
  recordedOptions,
  replayedWorkload,
  throughputLine,
  type Validation,
  validation,
  validationJson,
  whatWasCompared,
} from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { type Command, Command as Commander, Option } from "commander";
import { dumpConfig } from "../dump-config.js";
import { type Given, givenTo, refuseGiven, refuseIdleServing, warnOfIdleSeed } from "../idle-flags.js";
import { clusterFiles } from "../input-files.js";
import { WholeFile } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { datasetIn, findDataset, readRecordedRun, recordedFiles } from "../recorded-folder.js";
import { loadCluster, planRun, runPlan, warnAll } from "../simulate.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";
import { json, report, result, setLogLevel, throughput } from "../terminal.js";
import { version } from "../version.js";

interface ValidateFlags extends SimulationFlags {
  vllm: string;
  arrivals?: ArrivalSource;
  json?: true;
  report?: string;
}

/** Flags with what the recorded run says in place of the defaults that the user has left alone. */
function withRecorded(flags: ValidateFlags, run: RecordedRun, given: Given): ValidateFlags {
  const recorded = Object.entries(recordedOptions(run.meta)).filter(([name]) => !given(name));
  const cluster = join(run.dir, "cluster.json");
  return {
    ...flags,
    ...Object.fromEntries(recorded),
    clusterConfig: given("clusterConfig") || !existsSync(cluster) ? flags.clusterConfig : cluster,
  };
}

/** What a replay runs on, and every file that was read for it. */
async function prepareReplay(run: RecordedRun, flags: ValidateFlags, given: Given) {
  const loaded = loadCluster(flags);
  refuseIdleServing(given, loaded);
  warnOfIdleSeed(given, flags.requestRoutingPolicy);
  const gpuBlocks = recordedBlocks(run.meta);
  const inputs = gpuBlocks === undefined ? loaded : withGpuBlocks(loaded, gpuBlocks);
  const dataset = findDataset(run, given("dataset") ? flags.dataset : undefined);
  const workload = await replayedWorkload(run, {
    dataset: dataset === null ? null : datasetIn(dataset),
    ...(flags.arrivals === undefined ? {} : { arrivals: flags.arrivals }),
    limit: flags.numReqs,
  });
  const files = [...recordedFiles(run.dir), ...clusterFiles(inputs, flags.gpuProfile)];
  return { inputs, workload, files: dataset === null ? files : [...files, dataset] };
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
    const summary = await runPlan(plan, [workload.chunk], observer, flags, "replaying");
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

/** The `validate` command. */
export function validateCommand(): Command {
  const command = new Commander("validate").description("Replay a recorded vLLM run and compare, metric by metric");
  command.requiredOption("--vllm <dir>", "Recorded run: requests.jsonl, meta.json; also timeseries.csv, cluster.json");
  return addSimulationFlags(command)
    .addOption(
      new Option(
        "--arrivals <planned|recorded>",
        "The workload's or the recorded client's; default: planned, unless the client was late",
      ).choices(arrivalSources),
    )
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
