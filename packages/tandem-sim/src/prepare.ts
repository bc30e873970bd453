/**
 * @module
 * From options to what the layers below take: inputs, requests, plans.
 */
import {
  checkArrivals,
  checkWorkload,
  createPlan,
  type PlanInputs,
  refuseUnsupported,
  type SimulationPlan,
} from "@tandem-sim/engine";
import { Extrapolation } from "@tandem-sim/report";
import {
  type ClusterInputs,
  calibratedInputs,
  type GivenLoading,
  type InstanceOptions,
  instanceOptionsFrom,
  parseJson,
  parseWith,
  ServiceCalibration,
  settingsOf,
  TandemError,
  type WorkloadLine,
} from "@tandem-sim/schemas";
import {
  type GenerateOptions,
  generateWorkload,
  parseWorkload,
  type RequestChunk,
  rescaleArrivals,
  sortByArrival,
} from "@tandem-sim/workload";
import type { ReadyCommon, Subject, Workload } from "./options.js";

/** How an entry reads strings: as texts, or as names and paths. */
export interface Sources {
  /** What is simulated where options do not say; left out: they have to. */
  defaults?: Subject;
  /** A cluster with all that its names stand for. */
  inputs(cluster: string | object, options: InstanceOptions, loading: GivenLoading): ClusterInputs;
  /** @param limit requests at most; 0: all */
  workload(text: string, limit: number): RequestChunk[] | Promise<RequestChunk[]>;
}

/** The load's name in errors. */
const source = "workload";

const isChunk = (entry: RequestChunk | WorkloadLine | undefined): entry is RequestChunk =>
  entry !== undefined && "count" in entry;

async function requestsOf(workload: Workload, limit: number, sources: Sources): Promise<RequestChunk[]> {
  if (typeof workload === "string") return sources.workload(workload, limit);
  const entries = Array.isArray(workload) ? (workload as readonly (RequestChunk | WorkloadLine)[]) : null;
  if (entries && !isChunk(entries[0])) {
    return [parseWorkload(entries.map((line) => JSON.stringify(line)).join("\n"), `${source}.jsonl`, { limit })];
  }
  if (limit > 0) {
    throw new TandemError("E_USAGE", "only a text, a file or a list of requests is cut", {
      where: "options: $.numReqs",
    });
  }
  return entries ? entries.filter(isChunk) : [...generateWorkload(workload as GenerateOptions)];
}

const calibrationSource = "options: $.calibration";

/** The constants of a calibration, where there is one. */
function corrected(inputs: ClusterInputs, { calibration, onWarning }: ReadyCommon): ClusterInputs {
  if (calibration === undefined) return inputs;
  const parsed = typeof calibration === "string" ? parseJson(calibration, calibrationSource) : calibration;
  return calibratedInputs(inputs, parseWith(ServiceCalibration, parsed, calibrationSource), calibrationSource, (text) =>
    onWarning?.(text),
  );
}

/** Reads what the options name. @param serving of all instances; what an instance of the config sets itself wins */
export async function prepare(
  asked: ReadyCommon,
  serving: object,
  sources: Sources,
): Promise<{ inputs: PlanInputs; chunks: RequestChunk[] }> {
  const { models, gpus, profiles, pims, gpu, gpuModel, model, tp, pim, pimAttach, pimMem, pimLink, set } = asked;
  const found = sources.inputs(asked.cluster, instanceOptionsFrom({ ...asked, ...serving }), {
    given: { models, gpus, profiles, pims },
    changes: { model, tp, pim, pimAttach, pimMem, pimLink },
    settings: settingsOf(set),
    gpu,
    gpuModel,
    check: refuseUnsupported,
  });
  const inputs = corrected(found, asked);
  const chunks = sortByArrival(await requestsOf(asked.workload, asked.numReqs, sources));
  const { requestRate } = asked;
  const rescaled = requestRate === undefined ? chunks : rescaleArrivals(chunks, requestRate);
  checkArrivals(rescaled.at(-1)?.arrivalNs.at(-1) ?? 0, requestRate === undefined ? source : "options: $.requestRate");
  return { inputs, chunks: rescaled };
}

/** A plan that can serve the load. */
export interface Planned {
  plan: SimulationPlan;
  /** Says, after a run, where it left the GPU profile's measured range. */
  warn: () => void;
}

/** @throws {TandemError} E_CAPACITY for a load that does not fit */
export function planned(asked: ReadyCommon, inputs: PlanInputs, chunks: readonly RequestChunk[]): Planned {
  const { routing, seed, split, onWarning } = asked;
  const beyond = new Extrapolation();
  const plan = createPlan(inputs, {
    routing,
    seed,
    ...(typeof split === "function" && { split }),
    onExtrapolate: (_instance, axis, value, limit) => beyond.add(axis, value, limit),
  });
  checkWorkload(plan, chunks, source);
  return { plan, warn: () => beyond.warnings().forEach((text) => void onWarning?.(text)) };
}
