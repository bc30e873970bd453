/**
 * @module
 * The steps that every simulating command shares: load the inputs, make the plan, run it.
 */
import {
  createPlan,
  createSimulation,
  type PlanInputs,
  refuseUnsupported,
  type SimulationObserver,
  type SimulationPlan,
} from "@tandem-sim/engine";
import { capacityNote, Extrapolation } from "@tandem-sim/report";
import { type Summary, TandemError } from "@tandem-sim/schemas";
import { type ClusterInputs, createReaders, findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { countRequests, type RequestChunk, rescaleArrivals } from "@tandem-sim/workload";
import { loadWorkload } from "@tandem-sim/workload/node";
import { withCalibration } from "./gpu-calibration.js";
import { clusterFiles } from "./input-files.js";
import { instanceOptionsFrom } from "./instance-flags.js";
import { quickLoading } from "./quick-flags.js";
import type { SimulationFlags } from "./simulation-flags.js";
import { clearStatus, debug, setLogLevel, status, warn } from "./terminal.js";
import { warnOfClusterKeys } from "./unknown-keys.js";

/** Half of what whole ns in a double reach: 52 days. Runs go on behind the last arrival. */
const LAST_ARRIVAL_NS = 2 ** 52;

/** What a simulating command runs on. */
export interface PreparedRun {
  inputs: ClusterInputs;
  chunks: RequestChunk[];
  /** Every file that was read. */
  files: string[];
}

/** Loads the cluster with all that it names. @throws {TandemError} before anything runs */
export function loadCluster(flags: SimulationFlags, readers = createReaders()): ClusterInputs {
  const inputs = loadClusterInputs(flags.clusterConfig, instanceOptionsFrom({ ...flags }), {
    ...quickLoading(flags),
    gpuProfileDir: flags.gpuProfile,
    check: refuseUnsupported,
    readers,
  });
  warnOfClusterKeys(inputs);
  return withCalibration(inputs, flags.gpuCalibration);
}

/** The requests of a workload file. */
export const loadRequests = (file: string, numReqs: number): Promise<RequestChunk[]> =>
  loadWorkload(file, numReqs > 0 ? { limit: numReqs } : {});

/** The requests as they arrive under these flags. @throws {TandemError} E_USAGE where that is too far in the future */
export function asTheyArrive(
  loaded: RequestChunk[],
  { dataset, requestRate }: Pick<SimulationFlags, "dataset" | "requestRate">,
): RequestChunk[] {
  const chunks = requestRate === undefined ? loaded : rescaleArrivals(loaded, requestRate);
  const last = chunks.at(-1)?.arrivalNs.at(-1) ?? 0;
  if (last <= LAST_ARRIVAL_NS) return chunks;
  throw new TandemError("E_USAGE", `the last request would arrive after ${(last / 1e9).toPrecision(3)} s`, {
    where: requestRate === undefined ? dataset : "--request-rate",
    hint: `times up to ${LAST_ARRIVAL_NS / 1e9} s can be simulated`,
  });
}

/** Loads cluster and workload. @throws {TandemError} before anything runs */
export async function prepareRun(flags: SimulationFlags): Promise<PreparedRun> {
  setLogLevel(flags.logLevel);
  const inputs = loadCluster(flags);
  const file = findWorkloadFile(flags.dataset);
  const chunks = asTheyArrive(await loadRequests(file, flags.numReqs), flags);
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

/** Simulated ns between two looks at the outside world: progress and interrupts. */
const SLICE_NS = 5e9;

/**
 * Runs a plan over a workload and returns the summary. Yields now and then, so that Ctrl-C works.
 *
 * @param label for progress; left out: none is shown
 */
export async function runPlan(
  plan: SimulationPlan,
  chunks: readonly RequestChunk[],
  observer: SimulationObserver,
  { logInterval, slo }: Pick<SimulationFlags, "logInterval" | "slo">,
  label?: string,
): Promise<Summary> {
  const total = countRequests(chunks);
  let done = 0;
  const simulation = createSimulation(
    plan,
    {
      ...observer,
      onRequest(result) {
        done++;
        observer.onRequest?.(result);
      },
    },
    { logIntervalS: logInterval, ...(slo && { slo }) },
  );
  for (const chunk of chunks) simulation.push(chunk);
  while (Number.isFinite(simulation.nextEventNs)) {
    simulation.advance(simulation.nextEventNs + SLICE_NS);
    if (label !== undefined) status(`${label}: ${done} of ${total} requests`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  if (label !== undefined) clearStatus();
  return simulation.finish();
}

export const warnAll = (warnings: readonly string[]): void => warnings.forEach((text) => void warn(text));
