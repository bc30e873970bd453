/**
 * @module
 * `tandem calibrate`: fits a handful of constants to a recorded vLLM run, and judges them on requests that the fit has not
 * seen.
 */
import { candidateOf, fitService, type ServiceFit, unidentified } from "@tandem-sim/calibration";
import { createPlan } from "@tandem-sim/engine";
import {
  type ArrivalSource,
  arrivalSources,
  calibrationErrors,
  calibrationResult,
  checkLength,
  contradictions,
  type Halves,
  halvesOf,
  meanSpread,
  quantileResiduals,
  type RecordedRun,
  type RequestLatencies,
  recordedLatencies,
  sameRequests,
  simulatedAs,
  spreadOf,
} from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import {
  type CalibrationConstant,
  calibrationConstants,
  neutralConstants,
  type ServiceCalibration,
} from "@tandem-sim/schemas";
import { type Command, Command as Commander, Option } from "commander";
import { CalibrationRuns, type Subject, subjectOf } from "../calibration-runs.js";
import { dumpConfig } from "../dump-config.js";
import { type Given, givenTo, refuseGiven } from "../idle-flags.js";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { readRecordedRun, recordedFiles } from "../recorded-folder.js";
import { prepareReplay, type Replay, withRecorded } from "../replay.js";
import { warnAll } from "../simulate.js";
import { addSimulationFlags, type SimulationFlags } from "../simulation-flags.js";
import { report, result, setLogLevel } from "../terminal.js";
import { version } from "../version.js";

interface CalibrateFlags extends SimulationFlags {
  vllm: [string, ...string[]];
  arrivals?: ArrivalSource;
  out?: string;
}

function refuseIdle(given: Given): void {
  refuseGiven(given, ["requestRate"], "a recorded run has its arrivals");
  refuseGiven(given, ["slo"], "a calibration has no goodput");
  refuseGiven(given, ["logInterval"], "calibrate prints no throughput lines");
  refuseGiven(given, ["gpuCalibration"], "calibrate finds this itself");
  const offload = ["enableAttnOffloading", "enableSubBatchInterleaving"];
  refuseGiven(given, offload, "vLLM, which was recorded, does not do this");
}

/** Latencies of the recordings of one load, by arrival, and of all of them together. */
interface Recorded {
  recordings: Halves<RequestLatencies>[];
  pooled: Halves<RequestLatencies>;
}

function recordedHalves(runs: readonly RecordedRun[], { workload }: Replay): Recorded {
  const order = workload.recorded;
  const [, ...others] = runs;
  const all = [order.map(recordedLatencies), ...others.map((run) => sameRequests(run, order))];
  const recordings = all.map((latencies) => halvesOf(latencies));
  return {
    recordings,
    pooled: {
      fitted: recordings.flatMap(({ fitted }) => fitted),
      heldOut: recordings.flatMap(({ heldOut }) => heldOut),
    },
  };
}

/** Constants that the run says something of, and why it says nothing of the others. */
async function identify(runs: CalibrationRuns, { gpus, roofline }: Subject) {
  const silent = new Map<CalibrationConstant, string>();
  for (const [constant, share] of await runs.shares()) {
    const why = unidentified(constant, share, { gpus, tflops: roofline.tflops });
    if (why !== null) silent.set(constant, why);
  }
  return { constants: calibrationConstants.filter((constant) => !silent.has(constant)), silent };
}

interface Fitting extends ServiceFit {
  /** Every constant has a finding. */
  found: Pick<ServiceCalibration, "constants" | "findings">;
  simulated: Record<"before" | "after", RequestLatencies[]>;
}

async function fit(
  run: RecordedRun,
  runs: CalibrationRuns,
  subject: Subject,
  { recordings }: Recorded,
): Promise<Fitting> {
  const { constants, silent } = await identify(runs, subject);
  const simulate = async (at: typeof neutralConstants) => simulatedAs(run, await runs.results(at));
  const wanted = recordings.map(({ fitted }) => fitted);
  const residuals = async (slowdowns: readonly number[]) =>
    quantileResiduals(wanted, halvesOf(await simulate(runs.at(constants, slowdowns))).fitted);
  const fitted = await fitService(constants.map(candidateOf), residuals);
  const at = runs.at(constants, fitted.slowdowns);
  const finding = (constant: CalibrationConstant): string =>
    silent.get(constant) ?? fitted.findings[constants.indexOf(constant)] ?? "";
  const findings = {
    host_ns_per_step: finding("host_ns_per_step"),
    memory_efficiency: finding("memory_efficiency"),
    compute_efficiency: finding("compute_efficiency"),
    link_efficiency: finding("link_efficiency"),
  };
  const simulated = { before: await simulate(neutralConstants), after: await simulate(at) };
  return { ...fitted, found: { constants: at, findings }, simulated };
}

/** The file, but for what differs between recordings. */
function calibrationOf(
  runs: readonly [RecordedRun, ...RecordedRun[]],
  { inputs }: Replay,
  { hardware, model, gpus, roofline }: Subject,
  { pooled, recordings }: Recorded,
  { found, simulated, beforePct, afterPct }: Fitting,
) {
  const heldOut = (latencies: RequestLatencies[]) => recordings.flatMap(() => halvesOf(latencies).heldOut);
  const [first] = recordings;
  return {
    schema_version: 1 as const,
    source: {
      made_by: `tandem ${version}`,
      recordings: runs.map(({ dir }) => dir),
      vllm_version: runs[0].meta.vllm_version ?? null,
      hardware,
      model,
      tp: gpus,
      gpu_times: createPlan(inputs).instances[0]?.gpuTimes ?? "measured",
      fitted_requests: first?.fitted.length ?? 0,
      held_out_requests: first?.heldOut.length ?? 0,
    },
    ...found,
    roofline,
    errors: {
      before: calibrationErrors(pooled.heldOut, heldOut(simulated.before), beforePct),
      after: calibrationErrors(pooled.heldOut, heldOut(simulated.after), afterPct),
    },
  };
}

async function calibrate(asked: CalibrateFlags, given: Given): Promise<void> {
  setLogLevel(asked.logLevel);
  refuseIdle(given);
  const [one, ...more] = asked.vllm;
  const recorded = [readRecordedRun(one), ...more.map(readRecordedRun)] as const;
  const [run] = recorded;
  const flags = withRecorded(asked, run, given);
  const replay = await prepareReplay(run, flags, given);
  const outputs = [
    ["--out", flags.out],
    ["--dump-config", flags.dumpConfig],
  ] as const;
  checkOutputs(outputs, [...replay.files, ...more.flatMap(recordedFiles)]);
  checkLength(run, replay.workload.recorded.length);
  const halves = recordedHalves(recorded, replay);
  const subject = subjectOf(replay.inputs);
  dumpConfig(flags.dumpConfig, replay.inputs.cluster);
  const fitting = await fit(run, new CalibrationRuns(flags, replay, subject.roofline), subject, halves);
  const spread = spreadOf(halves.recordings.map(({ heldOut }) => heldOut));
  const found = {
    ...calibrationOf(recorded, replay, subject, halves, fitting),
    spread_pct: meanSpread(spread),
  };
  warnAll([...replay.workload.warnings, ...contradictions(run, replay.inputs)]);
  if (flags.out !== undefined) writeWhole(flags.out, `${JSON.stringify(found, null, 2)}\n`);
  for (const note of replay.workload.notes) report(note);
  const table = draw(calibrationResult(found, spread));
  // Where the file goes to stdout, the table makes room.
  if (flags.out === "-") report(`\n${table}`);
  else result(table);
}

/** The `calibrate` command. */
export function calibrateCommand(): Command {
  const command = new Commander("calibrate").description(
    "Fit host time, memory, compute and link efficiency to a recorded vLLM run, and judge them on its second half",
  );
  command.requiredOption(
    "--vllm <dir...>",
    "Recorded run: a folder as validate takes it, or the JSON of vllm bench serve --save-result --save-detailed; several of one load",
  );
  return addSimulationFlags(command)
    .addOption(
      new Option(
        "--arrivals <planned|recorded>",
        "The workload's or the recorded client's; default: planned, unless the client was late",
      ).choices(arrivalSources),
    )
    .option("--out <file>", "The constants and their errors as JSON, for --gpu-calibration; - for stdout")
    .addHelpText(
      "after",
      `
Options, cluster and workload are found as validate finds them. A constant that the run says nothing of stays as it is,
and the result says why.

Example:
  $ tandem calibrate --vllm recorded/RTXPRO6000-Llama-3.1-8B --out outputs/service.json
  $ tandem compare --gpu-calibration outputs/service.json`,
    )
    .action((flags: CalibrateFlags) => calibrate(flags, givenTo(command)));
}
