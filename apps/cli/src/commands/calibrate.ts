/**
 * @module
 * `tandem calibrate`: fits a handful of constants to a recorded vLLM run, and judges them on requests that the fit has not
 * seen.
 */
import {
  candidateOf,
  constantsAt,
  fitService,
  probed,
  probedPart,
  type ServiceFit,
  unidentified,
} from "@tandem-sim/calibration";
import { createPlan } from "@tandem-sim/engine";
import {
  type ArrivalSource,
  calibrationErrors,
  calibrationResult,
  checkLength,
  contradictions,
  type Halves,
  halvesOf,
  meanSpread,
  type RecordedRequest,
  type RecordedRun,
  type RequestLatencies,
  recordedLatencies,
  sameRequests,
  simulatedAs,
  spreadOf,
} from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { type CalibrationConstant, neutralConstants, type ServiceCalibration } from "@tandem-sim/schemas";
import type { Command } from "commander";
import { CalibrationRuns, type ObservedRun, observation, type Subject, subjectOf } from "../calibration-runs.js";
import { dumpConfig } from "../dump-config.js";
import { type Given, givenTo, refuseGiven } from "../idle-flags.js";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { readRecordedRun, recordedFiles } from "../recorded-folder.js";
import { arrivalsFlag, prepareReplay, type Replay, withRecorded } from "../replay.js";
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

/** Requests of the recordings of one load, by arrival. */
type Recorded = Halves<RecordedRequest>[];

function recordedHalves([, ...others]: readonly RecordedRun[], { workload }: Replay): Recorded {
  const order = workload.recorded;
  return [order, ...others.map((run) => sameRequests(run, order))].map((requests) => halvesOf(requests));
}

/** Constants that a run says something of, the likeliest first, and why it says nothing of the others. */
function identify({ iterations }: ObservedRun, { gpus, roofline }: Subject) {
  const silent = new Map<CalibrationConstant, string>();
  const { ratios } = iterations;
  probed.forEach((constant, k) => {
    const share = probedPart((ratios[k] ?? 1) - 1, 1);
    const why = unidentified(constant, share, { gpus, tflops: roofline.tflops });
    if (why !== null) silent.set(constant, why);
  });
  // Of two that a run cannot tell apart the likelier is fitted: links are off by factors, a GPU by a tenth, a host least.
  const inOrder = ["link_efficiency", "memory_efficiency", "compute_efficiency", "host_ns_per_step"] as const;
  return { constants: inOrder.filter((constant) => !silent.has(constant)), silent };
}

interface Fitting extends ServiceFit {
  /** Every constant has a finding. */
  found: Pick<ServiceCalibration, "constants" | "findings">;
  simulated: Record<"before" | "after", RequestLatencies[]>;
}

async function fit(run: RecordedRun, runs: CalibrationRuns, subject: Subject, recorded: Recorded): Promise<Fitting> {
  const first = await runs.observed(neutralConstants);
  const { constants, silent } = identify(first, subject);
  const { meanNs } = first.iterations;
  const of = { requests: recorded.map(({ fitted }) => fitted), seenBy: run.seenBy, meanNs };
  const observe = async (slowdowns: readonly number[]) => {
    const neutral = slowdowns.every((value) => value === 0);
    const seen = neutral ? first : await runs.observed(constantsAt(constants, slowdowns, meanNs));
    return observation(seen, constants, of);
  };
  const fitted = await fitService(constants.map(candidateOf), observe);
  const at = constantsAt(constants, fitted.slowdowns, meanNs);
  const finding = (constant: CalibrationConstant): string =>
    silent.get(constant) ?? fitted.findings[constants.indexOf(constant)] ?? "";
  const findings = {
    host_ns_per_step: finding("host_ns_per_step"),
    memory_efficiency: finding("memory_efficiency"),
    compute_efficiency: finding("compute_efficiency"),
    link_efficiency: finding("link_efficiency"),
  };
  const simulated = {
    before: simulatedAs(run, first.results),
    after: simulatedAs(run, (await runs.observed(at)).results),
  };
  return { ...fitted, found: { constants: at, findings }, simulated };
}

/** The file, but for what differs between recordings. */
function calibrationOf(
  runs: readonly [RecordedRun, ...RecordedRun[]],
  { inputs }: Replay,
  { hardware, model, gpus, roofline }: Subject,
  recorded: Recorded,
  { found, simulated, beforePct, afterPct }: Fitting,
) {
  const [first] = recorded;
  const pooled = recorded.flatMap(({ heldOut }) => heldOut.map(recordedLatencies));
  // Beside each recording the same simulation.
  const beside = (latencies: RequestLatencies[]) => recorded.flatMap(() => halvesOf(latencies).heldOut);
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
      before: calibrationErrors(pooled, beside(simulated.before), beforePct),
      after: calibrationErrors(pooled, beside(simulated.after), afterPct),
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
  const spread = spreadOf(halves.map(({ heldOut }) => heldOut.map(recordedLatencies)));
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

/** Flags and action of `calibrate`. */
export function calibrateCommand(command: Command): Command {
  command.requiredOption(
    "--vllm <dir...>",
    "Recorded run: a folder as validate takes it, or the JSON of vllm bench serve --save-result --save-detailed; several of one load",
  );
  return addSimulationFlags(command)
    .addOption(arrivalsFlag())
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
