/**
 * @module
 * The steps that every simulating command shares: load the inputs, make the plan, run it.
 */
import {
  checkArrivals,
  checkRequest,
  createPlan,
  inSlices,
  type PlanInputs,
  refuseUnsupported,
  type SimulationObserver,
  type SimulationPlan,
  together,
} from "@tandem-sim/engine";
import { capacityNote, Extrapolation } from "@tandem-sim/report";
import { instanceOptionsFrom, type Summary } from "@tandem-sim/schemas";
import { type ClusterInputs, createReaders, findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { rescaleWorkload, type Workload } from "@tandem-sim/workload";
import { openWorkload } from "@tandem-sim/workload/node";
import { withCalibration } from "./gpu-calibration.js";
import { clusterFiles } from "./input-files.js";
import { Progress } from "./progress.js";
import { quickLoading } from "./quick-flags.js";
import type { SimulationFlags } from "./simulation-flags.js";
import { clearStatus, debug, setLogLevel, warn } from "./terminal.js";
import { warnOfClusterKeys } from "./unknown-keys.js";

/** What a simulating command runs on. */
export interface PreparedRun {
  inputs: ClusterInputs;
  workload: Workload;
  /** Every file that was read. */
  files: string[];
}

/** Loads the cluster with all that it names. @throws {TandemError} before anything runs */
export function loadCluster(flags: SimulationFlags, readers = createReaders()): ClusterInputs {
  const inputs = loadClusterInputs(flags.clusterConfig, instanceOptionsFrom(flags), {
    ...quickLoading(flags),
    gpuProfileDir: flags.gpuProfile,
    check: refuseUnsupported,
    readers,
  });
  warnOfClusterKeys(inputs);
  return withCalibration(inputs, flags.gpuCalibration);
}

/** The requests of a workload file. */
export const openRequests = (file: string, numReqs: number): Promise<Workload> =>
  openWorkload(file, numReqs > 0 ? { limit: numReqs } : {});

/** The requests as they arrive under these flags. @throws {TandemError} E_USAGE where that is too far in the future */
export function asTheyArrive(
  opened: Workload,
  { dataset, requestRate }: Pick<SimulationFlags, "dataset" | "requestRate">,
): Workload {
  const workload = requestRate === undefined ? opened : rescaleWorkload(opened, requestRate);
  checkArrivals(workload.lastNs, requestRate === undefined ? dataset : "--request-rate");
  return workload;
}

/** Loads cluster and workload. @throws {TandemError} before anything runs */
export async function prepareRun(flags: SimulationFlags): Promise<PreparedRun> {
  setLogLevel(flags.logLevel);
  const inputs = loadCluster(flags);
  const file = findWorkloadFile(flags.dataset);
  const workload = asTheyArrive(await openRequests(file, flags.numReqs), flags);
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

/**
 * Runs a plan over a workload and returns the summary. Yields now and then, so that Ctrl-C works.
 *
 * @param label for progress; left out: none is shown
 */
export async function runPlan(
  plan: SimulationPlan,
  workload: Workload,
  observer: SimulationObserver,
  { logInterval, slo }: Pick<SimulationFlags, "logInterval" | "slo">,
  label?: string,
): Promise<Summary> {
  const progress = label === undefined ? null : new Progress(label, workload.requests);
  const counted = progress ? together([{ onRequest: () => void progress.done++ }, observer]) : observer;
  const slices = inSlices(plan, workload.chunks(), counted, { logIntervalS: logInterval, ...(slo && { slo }) });
  let slice = await slices.next();
  while (!slice.done) {
    progress?.show();
    await new Promise<void>((resolve) => setImmediate(resolve));
    slice = await slices.next();
  }
  if (progress) clearStatus();
  return slice.value;
}

export const warnAll = (warnings: readonly string[]): void => warnings.forEach((text) => void warn(text));
