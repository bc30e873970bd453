/**
 * @module
 * Meters one node: takes what its devices do, as it becomes known, and gives energy by component and power over time.
 * Sums are of whole ns and exact amounts, turned into joules at the end, so they depend on no order and on no step.
 */
import type { PowerBlock } from "@tandem-sim/schemas";
import { BusyUnion } from "./busy-union.js";
import { totalOf } from "./components.js";
import { quantaOf } from "./exact-sum.js";
import type { NodeEnergy } from "./node-energy.js";
import { createNodePower, type NodeHardware, type NodePower } from "./node-power.js";
import { PowerSeries } from "./power-series.js";
import { type Amount, ANY_GPU, activeColumn, createWork, standbyColumn, type Work } from "./work.js";
import { WorkBuckets } from "./work-buckets.js";

/**
 * Times are whole ns. Every method but `averagePowerW` throws a RangeError for an interval that begins before
 * the settled time, or ends before it begins. Reports may lie ahead of time: a schedule is best reported as soon as it
 * is known, and settled as the clock moves on.
 */
export interface NodeMeter {
  /**
   * GPU number `gpu` of the node, or all those that are in step under this number, runs segments in [startNs, endNs). In
   * time order per GPU, not across GPUs.
   */
  gpuBusy(gpu: number, startNs: number, endNs: number): void;
  /**
   * Whether figures of a stretch of time may be reported as totals, without losing anything: the GPU is the only one of its
   * node, stays warm for `idleNs`, and no border of the series falls inside.
   */
  takesTotals(gpu: number, startNs: number, endNs: number, idleNs: number): boolean;
  /** As `gpuBusy`, but the GPU runs for `busyNs` of the time only, from its first ns to its last. Where `takesTotals`. */
  gpuBusyWithin(gpu: number, startNs: number, endNs: number, busyNs: number): void;
  /** PIM channels spend `energyPj` above their background, evenly over the interval. In any order. */
  pimBusy(startNs: number, endNs: number, energyPj: number): void;
  /** Bytes over the link to the PIM device, either way; also read or written in host DRAM. In any order. */
  linkBytes(startNs: number, endNs: number, bytes: number): void;
  /** Bytes between GPUs, or to PIM beside them, which no host memory sees. In any order. */
  gpuLinkBytes(startNs: number, endNs: number, bytes: number): void;
  /** Other bytes read or written in host DRAM: token ids. In any order. */
  hostBytes(startNs: number, endNs: number, bytes: number): void;
  /** Everything that begins before `untilNs` has been reported. Call it often: what is not settled is kept. */
  settle(untilNs: number): void;
  /**
   * Average W over the interval, from the series: exact where borders of the series fall on its ends, pro rata within a
   * step otherwise.
   *
   * @throws {RangeError} where the interval is empty, or not in steps that are settled or finished
   */
  averagePowerW(startNs: number, endNs: number): number;
  /** Ends the metering at `endNs`, at or after the end of all that was reported. Once. */
  finish(endNs: number): NodeEnergy;
}

/**
 * Starts metering a node.
 *
 * @param seriesStepNs width of the power series' buckets, whole ns; Infinity for none, one row over the whole time
 * @param startNs when the metering begins; the series' buckets still have their borders at multiples of the step
 * @throws {TandemError} E_SCHEMA where `power.npu` lacks a GPU of the node
 * @throws {RangeError} where `seriesStepNs` is not positive and whole
 *
 * @example
 * const meter = createNodeMeter(power, { gpus: ["RTXPRO6000"], hostMemGiB: 512, pim: null }, 1e9);
 * meter.gpuBusy(0, 0, 12_900_000);
 * meter.settle(12_900_000);
 * meter.finish(12_900_000).total; // J
 */
export function createNodeMeter(
  power: PowerBlock,
  hardware: NodeHardware,
  seriesStepNs = Number.POSITIVE_INFINITY,
  startNs = 0,
): NodeMeter {
  if (!(seriesStepNs === Number.POSITIVE_INFINITY || (Number.isSafeInteger(seriesStepNs) && seriesStepNs > 0))) {
    throw new RangeError(`a series step of ${seriesStepNs} ns is not positive and whole`);
  }
  return new Meter(createNodePower(power, hardware), hardware, seriesStepNs, startNs);
}

class Meter implements NodeMeter {
  private readonly total: Work;
  private readonly series: PowerSeries;
  private readonly buckets: WorkBuckets | null;
  private readonly union: BusyUnion;
  /** Up to when each GPU's states are known. */
  private readonly knownNs: Float64Array;
  /** Until when each GPU is on standby if it stays without work. */
  private readonly warmUntilNs: Float64Array;
  private settledNs = 0;
  private lastNs = 0;

  constructor(
    private readonly power: NodePower,
    private readonly hardware: NodeHardware,
    seriesStepNs: number,
    private readonly startNs: number,
  ) {
    this.total = createWork(power.columns);
    this.series = new PowerSeries(power);
    this.buckets = Number.isFinite(seriesStepNs)
      ? new WorkBuckets(seriesStepNs, startNs, power.columns, (fromNs, toNs, work) =>
          this.series.add(fromNs, toNs, work),
        )
      : null;
    const gpus = hardware.gpus.length;
    this.union = new BusyUnion(gpus);
    this.knownNs = new Float64Array(gpus).fill(startNs);
    this.warmUntilNs = new Float64Array(gpus);
    this.settledNs = startNs;
    this.lastNs = startNs;
  }

  takesTotals(gpu: number, startNs: number, endNs: number, idleNs: number): boolean {
    if (this.hardware.gpus.length > 1 || idleNs > this.power.standbyNs[gpu]) return false;
    return this.buckets === null || this.buckets.holdsInOne(startNs, endNs);
  }

  gpuBusyWithin(gpu: number, startNs: number, endNs: number, busyNs: number): void {
    this.startGpu(gpu, startNs, endNs);
    if (endNs === startNs) return;
    this.addTimeWithin(activeColumn(this.power.kindOf[gpu]), startNs, busyNs);
    this.addTimeWithin(ANY_GPU, startNs, busyNs);
    this.addTimeWithin(standbyColumn(this.power.kindOf[gpu]), startNs, endNs - startNs - busyNs);
    this.endGpu(gpu, endNs);
  }

  gpuBusy(gpu: number, startNs: number, endNs: number): void {
    this.startGpu(gpu, startNs, endNs);
    if (endNs === startNs) return;
    this.addTime(activeColumn(this.power.kindOf[gpu]), startNs, endNs);
    this.union.add(gpu, startNs, endNs);
    this.endGpu(gpu, endNs);
  }

  /** The GPU begins to run at `startNs`: what it did until then is known. */
  private startGpu(gpu: number, startNs: number, endNs: number): void {
    if (!(startNs >= this.knownNs[gpu] && endNs >= startNs)) {
      throw new RangeError(
        `GPU ${gpu} cannot run in [${startNs}, ${endNs}) ns: ${this.knownNs[gpu]} ns are accounted for`,
      );
    }
    if (endNs > startNs) this.passWithoutWork(gpu, startNs);
  }

  private endGpu(gpu: number, endNs: number): void {
    this.knownNs[gpu] = endNs;
    this.warmUntilNs[gpu] = endNs + this.power.standbyNs[gpu];
    if (endNs > this.lastNs) this.lastNs = endNs;
  }

  pimBusy(startNs: number, endNs: number, energyPj: number): void {
    const { pim, ownPim = [] } = this.hardware;
    if (!pim && ownPim.length === 0 && energyPj !== 0) throw new RangeError("the node has no PIM channels");
    this.addAmount("pimPj", startNs, endNs, energyPj);
  }

  linkBytes(startNs: number, endNs: number, bytes: number): void {
    this.addAmount("linkBytes", startNs, endNs, bytes);
  }

  gpuLinkBytes(startNs: number, endNs: number, bytes: number): void {
    this.addAmount("gpuLinkBytes", startNs, endNs, bytes);
  }

  hostBytes(startNs: number, endNs: number, bytes: number): void {
    this.addAmount("hostBytes", startNs, endNs, bytes);
  }

  settle(untilNs: number): void {
    if (!(untilNs > this.settledNs)) return;
    for (let gpu = 0; gpu < this.knownNs.length; gpu++) {
      if (this.knownNs[gpu] < untilNs) this.passWithoutWork(gpu, untilNs);
    }
    this.union.drain(untilNs, (startNs, endNs) => this.addTime(ANY_GPU, startNs, endNs));
    this.buckets?.close(untilNs);
    this.settledNs = untilNs;
  }

  averagePowerW(startNs: number, endNs: number): number {
    return this.series.averageW(startNs, endNs);
  }

  finish(endNs: number): NodeEnergy {
    if (!(endNs >= this.lastNs && endNs >= this.settledNs && Number.isFinite(endNs))) {
      throw new RangeError(`the metering cannot end at ${endNs} ns: work is known up to ${this.lastNs} ns`);
    }
    this.settle(endNs);
    if (this.buckets) this.buckets.finish(endNs);
    else if (endNs > this.startNs) this.series.add(this.startNs, endNs, this.total);
    this.settledNs = Number.POSITIVE_INFINITY;
    this.knownNs.fill(Number.POSITIVE_INFINITY);
    const joules = this.power.joules(this.total, endNs - this.startNs);
    return { components: joules, total: totalOf(joules), series: this.series.rows };
  }

  /** The GPU runs nothing from the time up to which it is known until `untilNs`: standby first, then idle. */
  private passWithoutWork(gpu: number, untilNs: number): void {
    const standbyEndNs = Math.min(untilNs, this.warmUntilNs[gpu]);
    if (standbyEndNs > this.knownNs[gpu]) {
      this.addTime(standbyColumn(this.power.kindOf[gpu]), this.knownNs[gpu], standbyEndNs);
    }
    this.knownNs[gpu] = untilNs;
  }

  private addTime(column: number, startNs: number, endNs: number): void {
    this.total.ns[column] += endNs - startNs;
    this.buckets?.addTime(column, startNs, endNs);
  }

  /** Somewhere in the bucket that holds `startNs`. */
  private addTimeWithin(column: number, startNs: number, durationNs: number): void {
    this.total.ns[column] += durationNs;
    this.buckets?.addTimeWithin(column, startNs, durationNs);
  }

  private addAmount(amount: Amount, startNs: number, endNs: number, value: number): void {
    if (value === 0) return;
    if (!(startNs >= this.settledNs && endNs > startNs && value > 0 && Number.isFinite(value))) {
      throw new RangeError(
        `${value} (${amount}) cannot fall in [${startNs}, ${endNs}) ns: ${this.settledNs} ns are settled`,
      );
    }
    this.total.amounts[amount].addQuanta(quantaOf(value));
    this.buckets?.addAmount(amount, startNs, endNs, value);
    if (endNs > this.lastNs) this.lastNs = endNs;
  }
}
