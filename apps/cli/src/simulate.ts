/**
 * @module
 * The steps that every simulating command shares: load the inputs, make the plan, run it.
 */
import {
  checkArrivals,
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
import { type ClusterInputs, findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { countRequests, type RequestChunk, rescaleArrivals } from "@tandem-sim/workload";
import { loadWorkload } from "@tandem-sim/workload/node";
import { withCalibration } from "./gpu-calibration.js";
import { clusterFiles } from "./input-files.js";
import { quickLoading } from "./quick-flags.js";
import type { SimulationFlags } from "./simulation-flags.js";
import { clearStatus, debug, setLogLevel, status, warn } from "./terminal.js";
import { warnOfClusterKeys } from "./unknown-keys.js";

/** What a simulating command runs on. */
export interface PreparedRun {
  inputs: ClusterInputs;
  chunks: RequestChunk[];
  /** Every file that was read. */
  files: string[];
}

/** Loads the cluster with all that it names. @throws {TandemError} before anything runs */
export function loadCluster(flags: SimulationFlags): ClusterInputs {
  const inputs = loadClusterInputs(flags.clusterConfig, instanceOptionsFrom(flags), {
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
  const loaded = await loadWorkload(file, flags.numReqs > 0 ? { limit: flags.numReqs } : {});
  const chunks = flags.requestRate === undefined ? loaded : rescaleArrivals(loaded, flags.requestRate);
  checkArrivals(chunks, flags.requestRate === undefined ? flags.dataset : "--request-rate");
  return { inputs, chunks, files: [file, ...clusterFiles(inputs, flags)] };
}

/** Tokens that a workload asks for. */
export const outputTokens = (chunks: readonly RequestChunk[]): number =>
  chunks.reduce((total, chunk) => chunk.outputTokens.reduce((sum, tokens) => sum + tokens, total), 0);

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

/** Runs a plan over a workload and returns the summary. Yields now and then, so that Ctrl-C works. */
export async function runPlan(
  plan: SimulationPlan,
  chunks: readonly RequestChunk[],
  observer: SimulationObserver,
  { logInterval, slo }: Pick<SimulationFlags, "logInterval" | "slo">,
  label: string,
): Promise<Summary> {
  const total = countRequests(chunks);
  let done = 0;
  const counted = together([{ onRequest: () => void done++ }, observer]);
  const slices = inSlices(plan, chunks, counted, { logIntervalS: logInterval, ...(slo && { slo }) });
  let slice = slices.next();
  while (!slice.done) {
    status(`${label}: ${done} of ${total} requests`);
    await new Promise<void>((resolve) => setImmediate(resolve));
    slice = slices.next();
  }
  clearStatus();
  return slice.value;
}

export const warnAll = (warnings: readonly string[]): void => warnings.forEach((text) => void warn(text));
