/**
 * @module
 * Feeds the power model with what iterations do: in totals, or where a border of the power series falls into an
 * iteration, every GPU segment, PIM stage and transfer of the executed schedule.
 */
import { createNodeMeter, type NodeEnergy, type NodeMeter } from "@tandem-sim/power";
import type { Batch } from "@tandem-sim/scheduler";
import type { Played, StageGraph } from "@tandem-sim/trace";
import type { KvTransfer } from "./host-kv-link.js";
import type { IterationPlanner } from "./iteration-planner.js";
import { ReadyTimes, SegmentJoiner } from "./joined-runs.js";
import type { SimulationPlan } from "./plan.js";
import { TOKEN_ID_BYTES } from "./plan-instance.js";
import type { ServingInstance } from "./serving-instance.js";

interface Meter {
  node: number;
  meter: NodeMeter;
}

/** Energy of one node; `energy` is null where it has no power block and is not counted. */
export interface NodeEnergyResult {
  node: number;
  energy: NodeEnergy | null;
}

export class EnergyMeters {
  private meters: Meter[] = [];
  /** Number of each instance's GPUs on its node: they work in step, as one. */
  private readonly gpuOf = new Map<number, number>();

  private startNs = 0;
  private finished = false;

  /** @param seriesStepNs width of a step of the power series */
  constructor(
    private readonly plan: SimulationPlan,
    private readonly seriesStepNs: number,
  ) {
    for (const { id } of plan.nodes) {
      const instances = plan.instances.filter(({ node }) => node === id);
      instances.forEach((instance, gpu) => void this.gpuOf.set(instance.id, gpu));
    }
  }

  /** The first request arrives: energy counts from here. */
  start(nowNs: number): void {
    this.startNs = nowNs;
    this.meters = this.plan.nodes.flatMap(({ id, power, hostMemGiB, pim, ownPim }) => {
      if (!power) return [];
      const own = this.plan.instances.filter(({ node }) => node === id);
      const gpus = own.map(({ hardware }) => hardware);
      const hardware = { gpus, inStep: own.map((instance) => instance.gpus), hostMemGiB, pim, ownPim };
      return [{ node: id, meter: createNodeMeter(power, hardware, this.seriesStepNs, nowNs) }];
    });
  }

  /** The iteration of a batch starts. Its whole schedule is known by then. */
  iteration({ plan, planner, startNs }: ServingInstance, batch: Batch): void {
    const meter = this.meterOf(plan.node);
    if (!meter) return;
    const gpu = this.gpuOf.get(plan.id) ?? 0;
    const endNs = startNs + planner.played.latencyNs;
    const toPim = plan.pim?.attach === "device" ? "gpuLinkBytes" : "linkBytes";
    const { busyNs, idleNs } = gpuTime(planner.table.graph, planner.played);
    if (meter.takesTotals(gpu, startNs, endNs, idleNs)) {
      meter.gpuBusyWithin(gpu, startNs, startNs + busyNs + idleNs, busyNs);
      const { pj, bytes, reducedBytes } = totalsOf(planner);
      meter.pimBusy(startNs, endNs, pj);
      meter[toPim](startNs, endNs, bytes);
      meter.gpuLinkBytes(startNs, endNs, reducedBytes);
    } else reportRuns(meter, gpu, planner, startNs, toPim);
    // Token ids go to the GPU and come back.
    meter.hostBytes(startNs, endNs, batch.totalTokens * 2 * TOKEN_ID_BYTES);
  }

  /** Null for a node whose energy nobody counts. */
  private meterOf(node: number): NodeMeter | null {
    for (const metered of this.meters) if (metered.node === node) return metered.meter;
    return null;
  }

  /** KV crosses a host link of a node. */
  transfer(node: number, { startNs, endNs, bytes }: KvTransfer): void {
    this.meterOf(node)?.linkBytes(startNs, endNs, bytes);
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
    const from = Math.max(this.startNs, wholeSteps(startNs));
    const to = this.finished ? endNs : wholeSteps(endNs);
    if (this.meters.length === 0 || from >= to) return null;
    return this.meters.reduce((sum, { meter }) => sum + meter.averagePowerW(from, to), 0);
  }

  /** Energy from the first arrival to `endNs`, per node. */
  finish(endNs: number): NodeEnergyResult[] {
    this.finished = true;
    const counted = new Map(this.meters.map(({ node, meter }) => [node, meter.finish(endNs)]));
    return this.plan.nodes.map(({ id }) => ({ node: id, energy: counted.get(id) ?? null }));
  }
}

/** Energy of a whole iteration, and bytes over links to PIM and between GPUs. */
function totalsOf({ table, runs }: IterationPlanner): { pj: number; bytes: number; reducedBytes: number } {
  const { stages, on } = table.graph;
  let pj = 0;
  let bytes = 0;
  let reducedBytes = 0;
  for (let s = 0; s < runs.length; s++) {
    pj += runs[s] * table.pj[s];
    if (stages[s].resource === on.collective) reducedBytes += runs[s] * table.bytes[s];
    else if (stages[s].resource !== on.gpu) bytes += runs[s] * table.bytes[s];
  }
  return { pj, bytes, reducedBytes };
}

/** Time that the GPU runs, and idles between its first segment and its last. */
function gpuTime(
  { resources }: StageGraph,
  { coveredNs, waitNs }: Readonly<Played>,
): { busyNs: number; idleNs: number } {
  let busyNs = 0;
  let idleNs = 0;
  resources.forEach(({ kind }, r) => {
    if (kind !== "gpu") return;
    busyNs += coveredNs[r];
    for (let other = 0; other < resources.length; other++) idleNs += waitNs[r * resources.length + other];
  });
  return { busyNs, idleNs };
}

/** Reports every segment, PIM stage and transfer of an iteration by its own time. */
function reportRuns(
  meter: NodeMeter,
  gpu: number,
  planner: IterationPlanner,
  originNs: number,
  toPim: "linkBytes" | "gpuLinkBytes",
): void {
  const { table } = planner;
  const { stages, resources } = table.graph;
  const segments = new SegmentJoiner((fromNs, toNs) => meter.gpuBusy(gpu, originNs + fromNs, originNs + toNs));
  const ready = new ReadyTimes(table.graph);
  planner.replay((stage, _unit, _layer, fromNs, toNs) => {
    const readyNs = ready.ran(stage, toNs);
    const { kind } = resources[stages[stage].resource];
    if (kind === "gpu") segments.add(fromNs, toNs);
    // Spread evenly from when it may start: its groups start and end at different times.
    else if (kind === "pim") {
      if (toNs > readyNs) meter.pimBusy(originNs + readyNs, originNs + toNs, table.pj[stage]);
    } else if (kind === "collective") meter.gpuLinkBytes(originNs + fromNs, originNs + toNs, table.bytes[stage]);
    else meter[toPim](originNs + fromNs, originNs + toNs, table.bytes[stage]);
  }, true);
  segments.flush();
}
