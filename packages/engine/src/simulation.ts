/**
 * @module
 * The discrete-event loop: arrivals and ends of iterations, ordered by (time, instance, sequence).
 */

import { type Batch, RequestTable } from "@tandem-sim/scheduler";
import type { Summary } from "@tandem-sim/schemas";
import { blockHashChain, type RequestChunk } from "@tandem-sim/workload";
import { checkRequest } from "./check-request.js";
import { EnergyMeters } from "./energy.js";
import { EventQueue } from "./event-queue.js";
import { IntervalLog } from "./intervals.js";
import type { SimulationObserver } from "./observer.js";
import type { SimulationPlan } from "./plan.js";
import type { RequestResult } from "./request-log.js";
import { RequestLog } from "./request-log.js";
import { type Router, routers } from "./router.js";
import { ServingInstance } from "./serving-instance.js";
import { ResultCollector, type ServiceLevel } from "./summary.js";

export interface SimulationOptions {
  /** Simulated seconds between interval reports; 0 = one per iteration. Default 1. */
  logIntervalS?: number;
  /** Requests that meet it make the goodput. */
  slo?: ServiceLevel;
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
   */
  push(chunk: RequestChunk): void;
  /** Time of the next event; infinite when all requests so far are done. */
  readonly nextEventNs: number;
  /** Processes all events before `untilNs`. Every arrival before it must have been pushed. */
  advance(untilNs: number): void;
  /** Processes the rest and returns the result. */
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
  private readonly log = new RequestLog(this.requests);
  private readonly instances: ServingInstance[];
  private readonly groups: LockstepGroup[];
  private readonly router: Router;
  private readonly events = new EventQueue();
  private readonly results: ResultCollector;
  private readonly intervals: IntervalLog | null;
  private readonly energy: EnergyMeters;
  /** Chunks whose requests have not all arrived, and the next of the first one. */
  private readonly pending: RequestChunk[] = [];
  private nextInChunk = 0;
  private arrived = 0;
  private pushed = 0;
  private lastArrivalNs = 0;
  private nowNs = 0;
  private readonly finishedRows: number[] = [];
  /** Results of the current moment, sorted by id when the clock moves on. */
  private readonly fresh: RequestResult[] = [];

  constructor(
    private readonly plan: SimulationPlan,
    private readonly observer: SimulationObserver,
    options: SimulationOptions,
  ) {
    this.instances = plan.instances.map((instance) => new ServingInstance(instance, this.requests, this.log));
    this.groups = this.instances.map((instance) => ({ members: [instance], busy: false }));
    this.router = routers[plan.routing](plan.seed);
    this.results = new ResultCollector(plan, options.slo ?? null);
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
    return Math.min(this.nextArrivalNs(), this.events.nextNs);
  }

  push(chunk: RequestChunk): void {
    for (let i = 0; i < chunk.count; i++) {
      const arrivalNs = chunk.arrivalNs[i];
      if (arrivalNs < this.lastArrivalNs)
        throw new RangeError(`request ${this.pushed} arrives before the one in front of it`);
      checkRequest(this.plan, this.pushed, chunk.inputTokens[i], chunk.outputTokens[i], "workload");
      this.lastArrivalNs = arrivalNs;
      this.pushed++;
    }
    if (chunk.count > 0) this.pending.push(chunk);
  }

  advance(untilNs: number): void {
    for (;;) {
      const arrivalNs = this.nextArrivalNs();
      const nextNs = Math.min(arrivalNs, this.events.nextNs);
      if (nextNs >= untilNs) return;
      this.moveClock(nextNs);
      // Arrivals first: a request that arrives as an iteration ends joins the next one.
      if (arrivalNs === nextNs) this.arrive(nextNs);
      else this.endIteration(this.groups[this.events.pop()]);
    }
  }

  finish(): Summary {
    this.advance(Number.POSITIVE_INFINITY);
    this.flushResults();
    if (this.requests.live > 0)
      throw new Error(`${this.requests.live} requests were never served: a bug of the scheduler`);
    const energy = this.energy.finish(this.nowNs);
    this.intervals?.end(this.nowNs);
    this.observer.onEnergy?.(energy);
    return this.results.summary(this.instances, energy);
  }

  private nextArrivalNs(): number {
    return this.pending[0]?.arrivalNs[this.nextInChunk] ?? Number.POSITIVE_INFINITY;
  }

  private moveClock(nowNs: number): void {
    if (nowNs > this.nowNs) this.flushResults();
    this.energy.settle(nowNs);
    this.intervals?.advance(nowNs);
    this.nowNs = nowNs;
  }

  private arrive(nowNs: number): void {
    while (this.nextArrivalNs() === nowNs) {
      const chunk = this.pending[0];
      const i = this.nextInChunk++;
      const target = this.route();
      this.results.arrived(nowNs);
      const row = this.requests.add({
        id: this.arrived++,
        inputTokens: chunk.inputTokens[i],
        outputTokens: chunk.outputTokens[i],
        hashes: hashesOf(chunk, i, target.plan.options),
      });
      this.log.arrived(row, nowNs);
      target.enqueue(row);
      if (this.nextInChunk === chunk.count) {
        this.pending.shift();
        this.nextInChunk = 0;
      }
    }
    this.groups.forEach((group, g) => {
      if (!group.busy) this.begin(group, g);
    });
  }

  private route(): ServingInstance {
    const { instances } = this;
    if (instances.length === 1) return instances[0];
    const loads = instances.map(({ scheduler }) => ({
      waiting: scheduler.waiting.size,
      running: scheduler.running.length,
    }));
    return instances[this.router(loads)];
  }

  private begin(group: LockstepGroup, index: number): void {
    let latencyNs = 0;
    for (const member of group.members) {
      member.fillQueue(this.nowNs);
      latencyNs = Math.max(latencyNs, member.start(this.nowNs));
      member.fillQueue(this.nowNs);
      if (member.running) this.energy.iteration(member);
      if (this.observer.onIteration && member.running) this.observer.onIteration(member.iteration);
    }
    group.busy = latencyNs > 0;
    if (group.busy) this.events.push(this.nowNs + latencyNs, index);
  }

  private endIteration(group: LockstepGroup): void {
    for (const member of group.members) if (member.running) this.finishIteration(member, member.running);
    this.begin(group, this.groups.indexOf(group));
  }

  private finishIteration(member: ServingInstance, batch: Batch): void {
    const { promptTokens, decodeTokens } = this.log.ran(batch, this.nowNs);
    this.finishedRows.length = 0;
    member.finish(this.finishedRows);
    for (const row of this.finishedRows) {
      this.fresh.push(this.log.result(row, member.plan, this.nowNs));
      this.requests.remove(row);
    }
    this.intervals?.count(this.nowNs, promptTokens, decodeTokens);
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

function hashesOf(
  chunk: RequestChunk,
  i: number,
  options: { blockSize: number; enablePrefixCaching: boolean },
): Float64Array | null {
  if (!options.enablePrefixCaching || !chunk.tokenIds || !chunk.tokenOffsets) return null;
  const start = chunk.tokenOffsets[i];
  const end = chunk.tokenOffsets[i + 1];
  return end > start ? blockHashChain(chunk.tokenIds, start, end, options.blockSize) : null;
}
