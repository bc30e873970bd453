/**
 * @module
 * The steps that every simulating command shares: load the inputs, make the plan, run it.
 */
import {
  checkRequest,
  createPlan,
  createSimulation,
  type PlanInputs,
  refuseUnsupported,
  type SimulationObserver,
  type SimulationPlan,
} from "@tandem-sim/engine";
import { capacityNote, Extrapolation } from "@tandem-sim/report";
import { type Summary, TandemError } from "@tandem-sim/schemas";
import { type ClusterInputs, findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { rescaleWorkload, type Workload } from "@tandem-sim/workload";
import { openWorkload } from "@tandem-sim/workload/node";
import { withCalibration } from "./gpu-calibration.js";
import { clusterFiles } from "./input-files.js";
import { instanceOptionsFrom } from "./instance-flags.js";
import { Progress } from "./progress.js";
import { quickLoading } from "./quick-flags.js";
import type { SimulationFlags } from "./simulation-flags.js";
import { clearStatus, debug, setLogLevel, warn } from "./terminal.js";
import { warnOfClusterKeys } from "./unknown-keys.js";

/** Half of what whole ns in a double reach: 52 days. Runs go on behind the last arrival. */
const LAST_ARRIVAL_NS = 2 ** 52;

/** @param where what asks for it. @throws {TandemError} E_USAGE for an arrival beyond what can be simulated */
export function refuseLateArrival(lastNs: number, where: string): void {
  if (lastNs <= LAST_ARRIVAL_NS) return;
  throw new TandemError("E_USAGE", `the last request would arrive after ${(lastNs / 1e9).toPrecision(3)} s`, {
    where,
    hint: `times up to ${LAST_ARRIVAL_NS / 1e9} s can be simulated`,
  });
}

/** What a simulating command runs on. */
export interface PreparedRun {
  inputs: ClusterInputs;
  workload: Workload;
  /** Every file that was read. */
  files: string[];
}

/** Loads the cluster with all that it names. @throws {TandemError} before anything runs */
export function loadCluster(flags: SimulationFlags): ClusterInputs {
  const inputs = loadClusterInputs(flags.clusterConfig, instanceOptionsFrom({ ...flags }), {
    ...quickLoading(flags),
    gpuProfileDir: flags.gpuProfile,
    check: refuseUnsupported,
  });
  warnOfClusterKeys(inputs);
  return withCalibration(inputs, flags.gpuCalibration);
}

/** Loads cluster and workload. @throws {TandemError} before anything runs */
export async function prepareRun(flags: SimulationFlags): Promise<PreparedRun> {
  setLogLevel(flags.logLevel);
  const inputs = loadCluster(flags);
  const file = findWorkloadFile(flags.dataset);
  const opened = await openWorkload(file, flags.numReqs > 0 ? { limit: flags.numReqs } : {});
  const workload = flags.requestRate === undefined ? opened : rescaleWorkload(opened, flags.requestRate);
  refuseLateArrival(workload.lastNs, flags.requestRate === undefined ? flags.dataset : "--request-rate");
  return { inputs, workload, files: [file, ...clusterFiles(inputs, flags)] };
}

/**
 * Checks every request of a workload, so that one that can never be served is known before anything runs.
 *
 * @param source the workload's name
 * @throws {TandemError} E_CAPACITY for the first of them
 */
export async function checkRequests(plan: SimulationPlan, workload: Workload, source: string): Promise<void> {
  let id = 0;
  for await (const chunk of workload.chunks())
    for (let row = 0; row < chunk.count; row++) checkRequest(plan, id++, chunk, row, source);
}

/** Makes the plan; `warnings` says, after a run, on which axes it left the GPU profile's measured range. */
export function planRun(
  flags: Pick<SimulationFlags, "requestRoutingPolicy" | "seed">,
  inputs: PlanInputs,
): { plan: SimulationPlan; warnings: () => string[] } {
  const beyond = new Extrapolation();
  const plan = createPlan(inputs, {
    routing: flags.requestRoutingPolicy,
    seed: flags.seed,
    onExtrapolate: (_instance, axis, value, limit) => beyond.add(axis, value, limit),
  });
  for (const instance of plan.instances) debug(capacityNote(instance));
  return { plan, warnings: () => beyond.warnings() };
}

/** Simulated ns between two looks at the outside world: progress and interrupts. */
const SLICE_NS = 5e9;

/** Runs a plan over a workload and returns the summary. Yields now and then, so that Ctrl-C works. */
export async function runPlan(
  plan: SimulationPlan,
  workload: Workload,
  observer: SimulationObserver,
  { logInterval, slo }: Pick<SimulationFlags, "logInterval" | "slo">,
  label: string,
): Promise<Summary> {
  const progress = new Progress(label, workload.requests);
  const simulation = createSimulation(
    plan,
    {
      ...observer,
      onRequest(result) {
        progress.done++;
        observer.onRequest?.(result);
      },
    },
    { logIntervalS: logInterval, ...(slo && { slo }) },
  );
  const advance = async (untilNs: number): Promise<void> => {
    while (simulation.nextEventNs < untilNs) {
      simulation.advance(Math.min(untilNs, simulation.nextEventNs + SLICE_NS));
      progress.show();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  };
  for await (const chunk of workload.chunks()) {
    simulation.push(chunk);
    // The next chunk may begin with requests of the same instant.
    await advance(chunk.arrivalNs.at(-1) ?? 0);
  }
  await advance(Number.POSITIVE_INFINITY);
  clearStatus();
  return simulation.finish();
}

export const warnAll = (warnings: readonly string[]): void => warnings.forEach((text) => void warn(text));
