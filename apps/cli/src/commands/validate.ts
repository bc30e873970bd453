/**
 * @module
 * `tandem validate`: replays a recorded vLLM run and says how far the simulation is from it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkWorkload, type PlanInputs, type RequestResult, refuseUnsupported } from "@tandem-sim/engine";
import { TandemError } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import { type Command, Command as Commander, Option } from "commander";
import pc from "picocolors";
import { instanceOptionsFrom } from "../instance-flags.js";
import { WholeFile } from "../output-file.js";
import { plainTable, throughputLine } from "../results.js";
import { addSimulationFlags, planRun, runPlan, type SimulationFlags, warnAll } from "../simulation-flags.js";
import { json, report, result, setLogLevel } from "../terminal.js";
import { type ArrivalSource, arrivalSources } from "../validation/arrival-source.js";
import { metricNames, statNames } from "../validation/error-table.js";
import { recordedBlocks, recordedOptions } from "../validation/recorded-options.js";
import { type RecordedRun, readRecordedRun } from "../validation/recorded-run.js";
import { type ReplayedWorkload, replayedWorkload } from "../validation/replayed-workload.js";
import { signedPct, validationReport } from "../validation/report.js";
import { type Validation, validation } from "../validation/validation.js";
import { version } from "../version.js";

interface ValidateFlags extends SimulationFlags {
  vllm: string;
  arrivals?: ArrivalSource;
  json?: true;
  report?: string;
}

/** Flags with what the recorded run says in place of the defaults that the user has left alone. */
function withRecorded(
  flags: ValidateFlags,
  run: RecordedRun,
  given: (flag: keyof ValidateFlags) => boolean,
): ValidateFlags {
  const recorded = Object.entries(recordedOptions(run.meta)).filter(([name]) => !given(name as keyof ValidateFlags));
  const cluster = join(run.dir, "cluster.json");
  return {
    ...flags,
    ...Object.fromEntries(recorded),
    clusterConfig: given("clusterConfig") || !existsSync(cluster) ? flags.clusterConfig : cluster,
  };
}

/** Warns of a cluster that is not the recorded one. */
function contradictions({ meta }: RecordedRun, inputs: PlanInputs): string[] {
  const instances = inputs.cluster.nodes.flatMap((node) => node.instances);
  const warnings: string[] = [];
  const model = meta.model ?? meta.engine_kwargs.model;
  const other = instances.find((instance) => model && instance.model_name !== model);
  if (other) warnings.push(`the run was recorded with ${model}, ${inputs.source} has ${other.model_name}`);
  const tp = meta.engine_kwargs.tensor_parallel_size ?? 1;
  if (instances.some((instance) => (instance.tp_size ?? 1) !== tp)) {
    warnings.push(`the run was recorded with tensor parallelism ${tp}, ${inputs.source} says otherwise`);
  }
  return warnings;
}

function whatWasCompared(run: RecordedRun, workload: ReplayedWorkload, inputs: PlanInputs): [string, string][] {
  const { meta } = run;
  const instance = inputs.nodes[0]!.instances[0]!;
  const { profile, options } = instance;
  return [
    ["vLLM", `${meta.vllm_version ?? "version unknown"}, ${run.dir}`],
    ["requests", `${workload.chunk.count}, by request`],
    ["model", profile.model],
    ["cluster", inputs.source],
    ["GPU profile", `${profile.hardware} ${profile.variant}, tp ${profile.tp}, ${profile.form}`],
    ["engine", options.asyncScheduling ? "asynchronous scheduling" : "synchronous scheduling"],
    ["limits", `${options.maxNumSeqs} requests, ${options.maxNumBatchedTokens} tokens per step`],
    ["KV blocks", inputs.gpuBlocks === undefined ? "from the GPU's memory" : `${inputs.gpuBlocks}, as recorded`],
    ["workload", workload.dataset ?? "from the recorded lengths"],
    ["arrivals", workload.arrivals === "planned" ? "the workload's" : "as recorded"],
  ];
}

function errorTable({ errors, meanAbsErrorPct }: Validation): string {
  return plainTable([
    [pc.bold("ms"), "vLLM", "simulated", "difference"],
    ...errors.map(({ metric, stat, vllm_ms, simulated_ms, diff_pct }) => [
      `${metricNames[metric]} ${statNames[stat]}`,
      vllm_ms.toFixed(1),
      simulated_ms.toFixed(1),
      signedPct(diff_pct),
    ]),
    ["mean absolute error", "", "", `${meanAbsErrorPct.toFixed(2)}%`],
  ]);
}

const asJson = (found: Validation, workload: ReplayedWorkload, source: string): Record<string, unknown> => ({
  metrics: found.errors,
  mean_abs_error_pct: found.meanAbsErrorPct,
  requests: workload.chunk.count,
  cluster: source,
  dataset: workload.dataset,
  arrivals: workload.arrivals,
  iterations: found.summary.iterations,
  preemptions: found.summary.preemptions,
  recomputed_tokens: found.summary.recomputed_tokens,
  prefix_hit_tokens: found.summary.prefix_hit_tokens,
  notes: found.notes,
});

async function validate(asked: ValidateFlags, given: (flag: keyof ValidateFlags) => boolean): Promise<void> {
  setLogLevel(asked.logLevel);
  if (asked.requestRate !== undefined) {
    throw new TandemError("E_USAGE", "a recorded run has its arrivals", {
      where: "--request-rate",
      hint: "leave it out",
    });
  }
  const run = readRecordedRun(asked.vllm);
  const flags = withRecorded(asked, run, given);
  const loaded = loadClusterInputs(flags.clusterConfig, instanceOptionsFrom({ ...flags }), {
    gpuProfileDir: flags.gpuProfile,
    check: refuseUnsupported,
  });
  const gpuBlocks = recordedBlocks(run.meta);
  const inputs: PlanInputs = gpuBlocks === undefined ? loaded : { ...loaded, gpuBlocks };
  const workload = await replayedWorkload(run, {
    ...(given("dataset") ? { dataset: flags.dataset } : {}),
    ...(flags.arrivals === undefined ? {} : { arrivals: flags.arrivals }),
    limit: flags.numReqs,
  });
  const { plan, warnings } = planRun(flags, inputs);
  checkWorkload(plan, [workload.chunk], workload.dataset ?? run.dir);
  const file = flags.report === undefined ? null : new WholeFile(flags.report);
  try {
    const results: RequestResult[] = [];
    const summary = await runPlan(
      plan,
      [workload.chunk],
      {
        onRequest: (finished) => results.push(finished),
        ...(given("logInterval") ? { onInterval: (interval) => report(throughputLine(interval)) } : {}),
      },
      flags,
      "replaying",
    );
    results.sort((a, b) => a.requestId - b.requestId);
    const found = validation(run, workload, results, summary, whatWasCompared(run, workload, inputs));
    warnAll([...workload.warnings, ...contradictions(run, inputs), ...warnings()]);
    file?.write(validationReport(found, `tandem ${version}`));
    file?.commit();
    if (flags.json) return json(asJson(found, workload, inputs.source));
    for (const [term, text] of found.compared) report(`${term}: ${text}`);
    for (const note of found.notes) report(note);
    result(errorTable(found));
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
    .action((flags: ValidateFlags) => validate(flags, (flag) => command.getOptionValueSource(flag) === "cli"));
}
