/**
 * @module
 * Feeds the power model with what iterations do: every segment, PIM stage and transfer, from the executed schedule.
 */
import { createNodeMeter, type NodeEnergy, type NodeMeter } from "@tandem-sim/power";
import type { SimulationPlan } from "./plan.js";
import type { OpKind } from "./play.js";
import type { ServingInstance } from "./serving-instance.js";

/** Token ids are int32 and cross to the GPU and back. */
const TOKEN_ID_BYTES_BOTH_WAYS = 8;

interface Meter {
  node: number;
  meter: NodeMeter;
}

/** GPU segments that follow each other without a gap, reported as one. */
class Segments {
  private startNs = 0;
  private endNs = 0;

  constructor(private readonly report: (startNs: number, endNs: number) => void) {}

  add(startNs: number, endNs: number): void {
    if (startNs !== this.endNs) {
      this.flush();
      this.startNs = startNs;
    }
    this.endNs = endNs;
  }

  flush(): void {
    if (this.endNs > this.startNs) this.report(this.startNs, this.endNs);
    this.startNs = this.endNs;
  }
}

const isGpu = (kind: OpKind): boolean => kind !== "up" && kind !== "down" && kind !== "fetch" && kind !== "pim";

/** Energy of one node; `energy` is null where it has no power block and is not counted. */
export interface NodeEnergyResult {
  node: number;
  energy: NodeEnergy | null;
}

export class EnergyMeters {
  private readonly meters: Meter[];
  /** Index of each instance's GPU on its node. */
  private readonly gpuOf = new Map<number, number>();

  private finished = false;

  /** @param seriesStepNs width of a step of the power series */
  constructor(
    private readonly plan: SimulationPlan,
    private readonly seriesStepNs: number,
  ) {
    this.meters = plan.nodes.flatMap(({ id, power, hostMemGiB, pim }) => {
      const instances = plan.instances.filter(({ node }) => node === id);
      instances.forEach((instance, gpu) => void this.gpuOf.set(instance.id, gpu));
      if (!power) return [];
      const gpus = instances.map(({ hardware }) => hardware);
      return [{ node: id, meter: createNodeMeter(power, { gpus, hostMemGiB, pim }, seriesStepNs) }];
    });
  }

  /** An iteration starts. Its whole schedule is known by then. */
  iteration(instance: ServingInstance): void {
    const meter = this.meters.find(({ node }) => node === instance.plan.node)?.meter;
    if (!meter) return;
    const { startNs, program, played } = instance;
    const gpu = this.gpuOf.get(instance.plan.id)!;
    const segments = new Segments((from, to) => meter.gpuBusy(gpu, startNs + from, startNs + to));
    let upEndNs = 0;
    let stageEndNs = 0;
    let stageHalf: 0 | 1 = 0;
    // A PIM stage's energy is spread over it evenly; its groups end at different times.
    const endStage = (): void => {
      if (stageEndNs > upEndNs) meter.pimBusy(startNs + upEndNs, startNs + stageEndNs, program.half[stageHalf].pimPj);
      stageEndNs = upEndNs;
    };
    instance.replay((kind, h, _layer, _group, fromNs, durationNs) => {
      const toNs = fromNs + durationNs;
      if (isGpu(kind)) return segments.add(fromNs, toNs);
      const half = program.half[h];
      if (kind === "pim") {
        stageEndNs = Math.max(stageEndNs, toNs);
        return;
      }
      const bytes = kind === "up" ? half.upBytes : kind === "down" ? half.downBytes : half.fetchBytes;
      meter.linkBytes(startNs + fromNs, startNs + toNs, bytes);
      if (kind !== "up") return;
      endStage();
      upEndNs = toNs;
      stageEndNs = toNs;
      stageHalf = h;
    });
    segments.flush();
    endStage();
    meter.hostBytes(startNs, startNs + played.latencyNs, instance.running!.totalTokens * TOKEN_ID_BYTES_BOTH_WAYS);
  }

  /** Everything before `nowNs` has been reported. */
  settle(nowNs: number): void {
    for (const { meter } of this.meters) meter.settle(nowNs);
  }

  /**
   * Average power of all counted nodes, W; null where none is. Before the end it covers whole steps of the series only:
   * those that began within the stretch.
   */
  averagePowerW(startNs: number, endNs: number): number | null {
    const wholeSteps = (ns: number): number => Math.floor(ns / this.seriesStepNs) * this.seriesStepNs;
    const from = wholeSteps(startNs);
    const to = this.finished ? endNs : wholeSteps(endNs);
    if (this.meters.length === 0 || from >= to) return null;
    return this.meters.reduce((sum, { meter }) => sum + meter.averagePowerW(from, to), 0);
  }

  /** Energy from time 0 to `endNs`, per node. */
  finish(endNs: number): NodeEnergyResult[] {
    this.finished = true;
    const counted = new Map(this.meters.map(({ node, meter }) => [node, meter.finish(endNs)]));
    return this.plan.nodes.map(({ id }) => ({ node: id, energy: counted.get(id) ?? null }));
  }
}
