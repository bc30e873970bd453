/**
 * @module
 * The simulations of a calibration: the same recorded load under other constants, and what its iterations' time hangs on.
 */
import { type Observation, probed, probedPart, withProbe } from "@tandem-sim/calibration";
import {
  checkWorkload,
  createPlan,
  RecostedIterations,
  type RequestResult,
  type SimulationObserver,
} from "@tandem-sim/engine";
import { statedTflops } from "@tandem-sim/hardware";
import { type RecordedRequest, type RecordedRun, type Stretch, stretchesOf } from "@tandem-sim/report";
import {
  type CalibrationConstant,
  type CalibrationConstants,
  type CalibrationRoofline,
  modelDtype,
  TandemError,
} from "@tandem-sim/schemas";
import { type ClusterInputs, findGpuSpecFile, readSpecSheet } from "@tandem-sim/schemas/node";
import { heldWorkload } from "@tandem-sim/workload";
import { ifFound } from "./if-found.js";
import type { Replay } from "./replay.js";
import { planRun, runPlan } from "./simulate.js";
import type { SimulationFlags } from "./simulation-flags.js";

/** What a calibration is of: one kind of GPU. */
export interface Subject {
  hardware: string;
  model: string;
  gpus: number;
  roofline: CalibrationRoofline;
}

/** @throws {TandemError} E_USAGE where the cluster has several kinds of GPU */
export function subjectOf({ source, cluster, nodes }: ClusterInputs): Subject {
  const [first, ...others] = cluster.nodes.flatMap((node) => node.instances);
  const loaded = nodes[0]?.instances[0];
  if (!first || !loaded || others.some(({ hardware }) => hardware !== first.hardware)) {
    throw new TandemError("E_USAGE", "a calibration is of one kind of GPU", { where: source });
  }
  const { hardware, model_name: model, tp_size: gpus = 1, npu_mem } = first;
  const dtype = loaded.options.dtype ?? modelDtype(loaded.model);
  const spec = loaded.gpuSpec ?? ifFound(() => readSpecSheet(findGpuSpecFile(hardware, source)));
  const tflops = spec ? statedTflops(spec, dtype) : null;
  return { hardware, model, gpus, roofline: { memory_gbps: npu_mem.mem_bw, tflops } };
}

/** A simulation, and what its iterations' time hangs on: a variant for each of `probed`. */
export interface ObservedRun {
  /** By request. */
  results: RequestResult[];
  iterations: RecostedIterations;
}

/** Simulations of one recorded load. */
export class CalibrationRuns {
  private count = 0;

  constructor(
    private readonly flags: SimulationFlags,
    private readonly replay: Replay,
    private readonly roofline: CalibrationRoofline,
  ) {}

  /** The load under some constants. */
  async observed(constants: CalibrationConstants): Promise<ObservedRun> {
    const { workload } = this.replay;
    const { plan } = planRun(this.flags, this.inputsWith(constants));
    if (this.count === 0) checkWorkload(plan, [workload.chunk], workload.dataset ?? "the recorded run");
    const iterations = new RecostedIterations(
      probed.map((constant) => createPlan(this.inputsWith(withProbe(constants, constant)))),
    );
    const results: RequestResult[] = [];
    const observer: SimulationObserver = {
      onRequest: (finished) => results.push(finished),
      onIteration: (iteration) => iterations.add(iteration),
    };
    await runPlan(
      plan,
      heldWorkload([workload.chunk]),
      observer,
      this.flags,
      `calibrating, simulation ${++this.count}`,
    );
    results.sort((a, b) => a.requestId - b.requestId);
    return { results, iterations };
  }

  private readonly inputsWith = (constants: CalibrationConstants): ClusterInputs => ({
    ...this.replay.inputs,
    calibration: { constants, roofline: this.roofline },
  });
}

/** By constant, the part of a stretch of the simulation that it acts on. */
function partOf(constant: CalibrationConstant, { iterations }: ObservedRun, stretch: Stretch, meanNs: number): number {
  const { instanceId, fromNs, toNs } = stretch;
  const within = (until: (ns: number) => number): number => until(toNs) - until(fromNs);
  if (constant === "host_ns_per_step")
    return (meanNs * within((ns) => iterations.iterationsUntil(instanceId, ns))) / (toNs - fromNs);
  const variant = probed.indexOf(constant);
  return probedPart(
    within((ns) => iterations.longerUntil(instanceId, variant, ns)),
    toNs - fromNs,
  );
}

/**
 * What a simulation says of some constants, on requests that were recorded once or more often. Prefills and decodes weigh
 * alike, however many there are of each.
 *
 * @param requests of each recording, the first ones of the simulation, by arrival
 * @param meanNs an iteration's, without corrections
 */
export function observation(
  run: ObservedRun,
  constants: readonly CalibrationConstant[],
  { requests, seenBy, meanNs }: { requests: RecordedRequest[][]; seenBy: RecordedRun["seenBy"]; meanNs: number },
): Observation {
  const stretches = requests.flatMap((recorded) =>
    recorded.flatMap((request, i) => {
      const result = run.results[i];
      const part = i < recorded.length / 2 ? 0 : 1;
      return result ? stretchesOf(result, request, seenBy).map((stretch) => ({ ...stretch, part })) : [];
    }),
  );
  const kinds = new Set(stretches.map(({ kind }) => kind));
  const count = (kind: Stretch["kind"]): number => stretches.filter((stretch) => stretch.kind === kind).length;
  const share = { ttft: 1 / (kinds.size * count("ttft")), tpot: 1 / (kinds.size * count("tpot")) };
  return {
    residuals: Float64Array.from(stretches, ({ fromNs, toNs, recordedNs }) => Math.log((toNs - fromNs) / recordedNs)),
    slopes: constants.map((constant) =>
      Float64Array.from(stretches, (stretch) => partOf(constant, run, stretch, meanNs)),
    ),
    weights: Float64Array.from(stretches, ({ kind }) => share[kind]),
    parts: Uint8Array.from(stretches, ({ part }) => part),
    kinds: Uint8Array.from(stretches, ({ kind }) => (kind === "ttft" && kinds.size > 1 ? 1 : 0)),
  };
}
