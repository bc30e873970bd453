/**
 * @module
 * The simulations of a calibration: the same recorded load under other constants, and what its iterations' time hangs on.
 */
import { constantsAt, probed, probeOf, shareOf } from "@tandem-sim/calibration";
import { checkWorkload, createPlan, RecostedIterations, type RequestResult } from "@tandem-sim/engine";
import { statedTflops } from "@tandem-sim/hardware";
import {
  type CalibrationConstant,
  type CalibrationConstants,
  type CalibrationRoofline,
  modelDtype,
  neutralConstants,
  TandemError,
} from "@tandem-sim/schemas";
import { type ClusterInputs, findGpuSpecFile, readGpuSpec } from "@tandem-sim/schemas/node";
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
  const spec = loaded.gpuSpec ?? bundledSpec(hardware, source);
  const tflops = spec ? statedTflops(spec, dtype) : null;
  return { hardware, model, gpus, roofline: { memory_gbps: npu_mem.mem_bw, tflops } };
}

function bundledSpec(hardware: string, source: string) {
  try {
    return readGpuSpec(findGpuSpecFile(hardware, source));
  } catch (error) {
    if (error instanceof TandemError && error.code === "E_NOT_FOUND") return null;
    throw error;
  }
}

/** Simulations of one recorded load. */
export class CalibrationRuns {
  private count = 0;
  /** Of an iteration without corrections; known after `shares`. */
  meanIterationNs = 0;

  constructor(
    private readonly flags: SimulationFlags,
    private readonly replay: Replay,
    private readonly roofline: CalibrationRoofline,
  ) {}

  /** Requests by number, under some constants. */
  async results(constants: CalibrationConstants, recosted?: RecostedIterations): Promise<RequestResult[]> {
    const { workload } = this.replay;
    const { plan } = planRun(this.flags, this.inputsWith(constants));
    if (this.count === 0) checkWorkload(plan, [workload.chunk], workload.dataset ?? "the recorded run");
    const results: RequestResult[] = [];
    const observer = {
      onRequest: (finished: RequestResult) => void results.push(finished),
      ...(recosted && { onIteration: recosted.add.bind(recosted) }),
    };
    await runPlan(plan, [workload.chunk], observer, this.flags, `simulation ${++this.count}`);
    return results.sort((a, b) => a.requestId - b.requestId);
  }

  /** The same under slow-downs of some constants. */
  at(constants: readonly CalibrationConstant[], slowdowns: readonly number[]): CalibrationConstants {
    return constantsAt(constants, slowdowns, this.meanIterationNs);
  }

  /** Shares of the iterations' time that memory, computation and links between GPUs bound. */
  async shares(): Promise<ReadonlyMap<(typeof probed)[number], number>> {
    const variants = probed.map((constant) => createPlan(this.inputsWith(probeOf(constant))));
    const recosted = new RecostedIterations(variants);
    await this.results(neutralConstants, recosted);
    this.meanIterationNs = recosted.meanNs;
    const { ratios } = recosted;
    return new Map(probed.map((constant, k) => [constant, shareOf(constant, ratios[k] ?? 1)]));
  }

  private readonly inputsWith = (constants: CalibrationConstants): ClusterInputs => ({
    ...this.replay.inputs,
    calibration: { constants, roofline: this.roofline },
  });
}
