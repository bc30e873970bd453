/**
 * @module
 * The discrete-event loop. What happens at one time happens in this order: requests arrive; iterations end, by group; KV
 * arrives from host memory; then all groups that stand idle go through two phases: every member schedules, then every member is costed and starts.
 */

import { type Batch, RequestTable } from "@tandem-sim/scheduler";
import type { Summary } from "@tandem-sim/schemas";
import { BlockNumbers, type RequestChunk } from "@tandem-sim/workload";
import { canServe, checkRequest } from "./check-request.js";
import { EnergyMeters } from "./energy.js";
import { ARRIVAL, EventQueue, ITERATION_END, LOAD_END } from "./event-queue.js";
import type { KvTransfer } from "./host-kv-link.js";
import { IntervalLog } from "./intervals.js";
import type { SimulationObserver } from "./observer.js";
import { checkChunk, PendingRequests } from "./pending-requests.js";
import type { SimulationPlan } from "./plan.js";
import type { RequestResult } from "./request-log.js";
import { RequestLog } from "./request-log.js";
import type { Router } from "./router.js";
import { ServingInstance } from "./serving-instance.js";
import { ResultCollector, type ServiceLevel } from "./summary.js";

export interface SimulationOptions {
  /** Simulated seconds between interval reports; 0 = one per iteration. Default 1. */
  logIntervalS?: number;
  /** Requests that meet it make the goodput. */
  slo?: ServiceLevel | undefined;
}

/** Step of the power series where reports come per iteration: short beside any iteration. */
const SERIES_STEP_PER_ITERATION_NS = 1e5;

/**
 * Instances that step together: their iterations start at one time and end with the longest. Data and expert
 * parallelism will put several in a group; until then each stands alone.
 */
interface LockstepGroup {
  members: readonly ServingInstance[];
  busy: boolean;
}

/** A simulation in progress. */
export interface Simulation {
  /**
   * Adds requests, in order of arrival.
   *
   * @throws {TandemError} E_CAPACITY for a request that can never be served
   * @throws {RangeError} for what is no chunk, for an arrival out of order or in time that has been simulated, and once the
   *   simulation has finished
   */
  push(chunk: RequestChunk): void;
  /** Time of the next event; infinite when all requests so far are done. */
  readonly nextEventNs: number;
  /** Processes all events before `untilNs`. Every arrival before it must have been pushed. */
  advance(untilNs: number): void;
  /** Processes the rest and returns the result; called again, the same result. */
  finish(): Summary;
}

/**
 * Starts a simulation.
 *
 * @example
 * const simulation = createSimulation(plan, { onRequest: (result) => console.log(result.ttftNs) });
 * simulation.push(chunk);
 * const summary = simulation.finish();
 */
export function createSimulation(
  plan: SimulationPlan,
  observer: SimulationObserver = {},
  options: SimulationOptions = {},
): Simulation {
  return new EventLoop(plan, observer, options);
}

/** Runs whole chunks in memory: the short form of {@link createSimulation}. */
export function simulate(
  plan: SimulationPlan,
  chunks: readonly RequestChunk[],
  observer: SimulationObserver = {},
): Summary {
  const simulation = createSimulation(plan, observer);
  for (const chunk of chunks) simulation.push(chunk);
  return simulation.finish();
}

class EventLoop implements Simulation {
  private readonly requests = new RequestTable();
  private readonly log: RequestLog;
  private readonly instances: ServingInstance[];
  private readonly groups: LockstepGroup[];
  private readonly router: Router;
  private readonly events = new EventQueue();
  private readonly results: ResultCollector;
  private readonly intervals: IntervalLog | null;
  private readonly energy: EnergyMeters;
  private readonly blocks = new BlockNumbers();
  private readonly pending = new PendingRequests();
  private arrived = 0;
  private pushed = 0;
  private lastArrivalNs = 0;
  private nowNs = 0;
  /** Up to when every arrival has been promised to be there. */
  private simulatedNs = 0;
  private result: Summary | null = null;
  /** Of the iteration that ends. */
  private readonly finishedRows: number[] = [];
  /** Results of the current moment, sorted by id when the clock moves on. */
  private readonly fresh: RequestResult[] = [];

  constructor(
    private readonly plan: SimulationPlan,
    private readonly observer: SimulationObserver,
    options: SimulationOptions,
  ) {
    this.results = new ResultCollector(plan, options.slo ?? null);
    this.log = new RequestLog(this.requests, plan.instances.length, (ns, count) => this.results.tokenGaps(ns, count));
    this.instances = plan.instances.map(
      (instance) => new ServingInstance(instance, this.requests, this.log, (transfer) => this.transfer(transfer)),
    );
    this.groups = this.instances.map((instance) => ({ members: [instance], busy: false }));
    this.router = plan.router(plan.seed);
    const intervalNs = Math.round((options.logIntervalS ?? 1) * 1e9);
    const wantsSeries = observer.onInterval !== undefined || observer.onEnergy !== undefined;
    this.energy = new EnergyMeters(
      plan,
      wantsSeries ? intervalNs || SERIES_STEP_PER_ITERATION_NS : Number.POSITIVE_INFINITY,
    );
    this.intervals = observer.onInterval
      ? new IntervalLog(
          this.instances,
          intervalNs,
          (startNs, endNs) => this.energy.averagePowerW(startNs, endNs),
          (report) => observer.onInterval?.(report),
        )
      : null;
  }

  get nextEventNs(): number {
    return this.events.nextNs;
  }

  push(chunk: RequestChunk): void {
    if (this.result) throw new RangeError("the simulation has finished: nothing can be added to it");
    checkChunk(chunk);
    for (let row = 0; row < chunk.count; row++) {
      const arrivalNs = chunk.arrivalNs[row];
      if (!(arrivalNs >= this.lastArrivalNs))
        throw new RangeError(`request ${this.pushed} arrives before the one in front of it`);
      if (arrivalNs < this.simulatedNs)
        throw new RangeError(
          `request ${this.pushed} arrives at ${arrivalNs} ns, and ${this.simulatedNs} ns have been simulated`,
        );
      checkRequest(this.plan, this.pushed, chunk, row, "workload");
      this.lastArrivalNs = arrivalNs;
      this.pushed++;
    }
    const isNext = this.pending.nextNs === Number.POSITIVE_INFINITY;
    this.pending.push(chunk);
    if (isNext) this.announceArrival();
  }

  advance(untilNs: number): void {
    while (this.events.nextNs < untilNs) this.processMoment(this.events.nextNs);
    if (Number.isFinite(untilNs)) this.simulatedNs = Math.max(this.simulatedNs, untilNs);
  }

  finish(): Summary {
    if (this.result) return this.result;
    this.advance(Number.POSITIVE_INFINITY);
    this.flushResults();
    if (this.requests.live > 0)
      throw new Error(`${this.requests.live} requests were never served: a bug of the scheduler`);
    // What nobody waited for may still be on its way to host memory.
    const energy = this.energy.finish(
      this.instances.reduce((ns, { host }) => Math.max(ns, host?.up.freeNs ?? 0), this.nowNs),
    );
    this.intervals?.end(this.nowNs);
    this.observer.onEnergy?.(energy);
    this.result = this.results.summary(this.instances, energy);
    return this.result;
  }

  /** The head of the pending requests becomes an event. */
  private announceArrival(): void {
    if (this.pending.nextNs < Number.POSITIVE_INFINITY) this.events.push(this.pending.nextNs, ARRIVAL, 0);
  }

  private processMoment(nowNs: number): void {
    this.moveClock(nowNs);
    while (this.events.nextNs === nowNs) {
      const kind = this.events.nextKind;
      const subject = this.events.pop();
      if (kind === ARRIVAL) this.arrive(nowNs);
      else if (kind === ITERATION_END) this.endIteration(this.groups[subject]);
      else this.instances[subject].endLoads(nowNs);
    }
    this.intervals?.iterationsEnded(nowNs);
    for (let g = 0; g < this.groups.length; g++) if (!this.groups[g].busy) this.begin(this.groups[g], g);
  }

  private moveClock(nowNs: number): void {
    if (nowNs > this.nowNs) this.flushResults();
    this.energy.settle(nowNs);
    this.intervals?.advance(nowNs);
    this.nowNs = nowNs;
  }

  private arrive(nowNs: number): void {
    this.pending.take(nowNs, (chunk, row) => this.admit(chunk, row, nowNs));
    this.announceArrival();
  }

  private admit(chunk: RequestChunk, i: number, nowNs: number): void {
    const inputTokens = chunk.inputTokens[i];
    const outputTokens = chunk.outputTokens[i];
    const target = this.route(inputTokens, outputTokens);
    if (this.arrived === 0) this.energy.start(nowNs);
    this.results.arrived(nowNs);
    const { enablePrefixCaching, blockSize } = target.plan.options;
    const contents = enablePrefixCaching ? this.blocks.of(chunk, i, blockSize) : null;
    const row = this.requests.add({ id: this.arrived++, inputTokens, outputTokens, contents });
    this.log.arrived(row, nowNs);
    target.enqueue(row);
  }

  /** Among the instances that can serve a request of this size. */
  private route(inputTokens: number, outputTokens: number): ServingInstance {
    const { instances } = this;
    if (instances.length === 1) return instances[0];
    const able = instances.filter(({ plan }) => canServe(plan, inputTokens, outputTokens));
    const loads = able.map(({ scheduler }) => ({ waiting: scheduler.waiting.size, running: scheduler.running.length }));
    return able[this.router(loads)];
  }

  private begin(group: LockstepGroup, index: number): void {
    for (const member of group.members) member.fillQueue(this.nowNs);
    let latencyNs = 0;
    for (const member of group.members) latencyNs = Math.max(latencyNs, member.start(this.nowNs));
    if (latencyNs === 0) return;
    for (const member of group.members) {
      // With its batch running, an asynchronous engine schedules the next.
      member.fillQueue(this.nowNs);
      if (!member.running) continue;
      this.energy.iteration(member, member.running);
      this.observer.onIteration?.(member.iteration(member.running));
    }
    group.busy = true;
    this.events.push(this.nowNs + latencyNs, ITERATION_END, index);
  }

  private endIteration(group: LockstepGroup): void {
    for (const member of group.members) if (member.running) this.finishIteration(member, member.running);
    group.busy = false;
  }

  private finishIteration(member: ServingInstance, batch: Batch): void {
    const { prompt, decode } = this.log.ran(batch, member.plan.id, this.nowNs);
    member.finish(batch, this.finishedRows);
    if (this.finishedRows.length > 0) this.takeResults(member);
    this.intervals?.count(prompt, decode);
  }

  private takeResults(member: ServingInstance): void {
    for (const row of this.finishedRows) {
      this.fresh.push(this.log.result(row, member.plan, this.nowNs));
      this.requests.remove(row);
    }
    this.finishedRows.length = 0;
  }

  /** KV takes its place on a host link: when it is there is known by then. */
  private transfer(transfer: KvTransfer): void {
    const { instance, direction, endNs, row } = transfer;
    this.energy.transfer(this.instances[instance].plan.node, transfer);
    this.observer.onTransfer?.({ ...transfer, requestId: row < 0 ? null : this.requests.id[row] });
    if (direction === "down") this.events.push(endNs, LOAD_END, instance);
  }

  private flushResults(): void {
    if (this.fresh.length === 0) return;
    this.fresh.sort((a, b) => a.requestId - b.requestId);
    for (const result of this.fresh) {
      this.results.add(result);
      this.observer.onRequest?.(result);
    }
    this.fresh.length = 0;
  }
}
