/**
 * @module
 * Cuts a run into log intervals and reports throughput and load of each.
 */
import { sumOfKind } from "@tandem-sim/trace";
import { busyUntil } from "./busy-until.js";
import type { IntervalReport } from "./observer.js";
import type { ServingInstance } from "./serving-instance.js";

export class IntervalLog {
  private startNs = 0;
  private nextNs: number;
  private gpuNs = 0;
  private pimNs = 0;
  private promptTokens = 0;
  private decodeTokens = 0;
  /** Something has run since the last report. */
  private active = false;

  /**
   * @param intervalNs 0 = a report per iteration
   * @param powerW average power over a stretch of time that has passed
   */
  constructor(
    private readonly instances: readonly ServingInstance[],
    private readonly intervalNs: number,
    private readonly powerW: (startNs: number, endNs: number) => number | null,
    private readonly report: (report: IntervalReport) => void,
  ) {
    this.nextNs = intervalNs > 0 ? intervalNs : Number.POSITIVE_INFINITY;
  }

  /** The clock moves on to `nowNs`: reports the intervals that end before it. What happens at their end is part of them. */
  advance(nowNs: number): void {
    while (this.nextNs < nowNs) {
      const runs = this.instances.some((instance) => instance.running !== null);
      if (this.active || runs) {
        this.emit(this.nextNs);
        this.nextNs += this.intervalNs;
      } else {
        // Nothing runs until nowNs: idle intervals are passed over, however many they are.
        this.nextNs = (Math.floor(nowNs / this.intervalNs) + 1) * this.intervalNs;
        this.startNs = this.nextNs - this.intervalNs;
      }
    }
  }

  /** An iteration has ended. */
  count(promptTokens: number, decodeTokens: number): void {
    this.promptTokens += promptTokens;
    this.decodeTokens += decodeTokens;
    this.active = true;
  }

  /** All iterations that end at `nowNs` have ended: with a report per iteration, they share one. */
  iterationsEnded(nowNs: number): void {
    if (this.intervalNs === 0 && this.active) this.emit(nowNs);
  }

  /** The run is over: reports the unfinished last interval. */
  end(nowNs: number): void {
    if (this.active && nowNs > this.startNs) this.emit(nowNs);
  }

  private emit(endNs: number): void {
    let gpus = 0;
    let gpuNs = 0;
    let pimNs = 0;
    let offloading = 0;
    let step = 0;
    let batch = 0;
    let gpuMemoryBytes = 0;
    let pimMemoryBytes = 0;
    let hostKvBytes = 0;
    for (const instance of this.instances) {
      const partial = instance.running ? busyUntil(instance, endNs) : { gpuNs: 0, pimNs: 0 };
      const { graph, coveredNs } = instance.totals;
      gpus += instance.plan.gpus;
      gpuNs += instance.plan.gpus * (sumOfKind(graph, "gpu", coveredNs) + partial.gpuNs);
      pimNs += sumOfKind(graph, "pim", coveredNs) + partial.pimNs;
      if (instance.plan.pim) offloading++;
      step += instance.started;
      batch += instance.scheduler.running.length;
      gpuMemoryBytes += instance.gpuMemoryBytes;
      pimMemoryBytes += instance.pimMemoryBytes;
      hostKvBytes += instance.hostKvBytes;
    }
    const lengthNs = endNs - this.startNs;
    const perSecond = 1e9 / lengthNs;
    this.report({
      startNs: this.startNs,
      endNs,
      step,
      batch,
      promptTokS: this.promptTokens * perSecond,
      decodeTokS: this.decodeTokens * perSecond,
      gpuMemoryBytes,
      pimMemoryBytes: offloading > 0 ? pimMemoryBytes : null,
      ...(this.instances.some(({ host }) => host) && { hostKvBytes }),
      gpuBusy: (gpuNs - this.gpuNs) / (lengthNs * gpus),
      pimBusy: offloading > 0 ? (pimNs - this.pimNs) / (lengthNs * offloading) : null,
      powerW: this.powerW(this.startNs, endNs),
    });
    this.startNs = endNs;
    this.gpuNs = gpuNs;
    this.pimNs = pimNs;
    this.promptTokens = 0;
    this.decodeTokens = 0;
    this.active = false;
  }
}
