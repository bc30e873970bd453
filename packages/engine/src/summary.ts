/**
 * @module
 * Collects results into the summary of a run.
 */

import { type GpuPhase, gpuPhases } from "@tandem-sim/hardware";
import { type NodeEnergy, totalEnergy } from "@tandem-sim/power";
import type { HeldBy } from "@tandem-sim/scheduler";
import type { InstanceSummary, Summary } from "@tandem-sim/schemas";
import { Distribution, Samples } from "./distribution.js";
import type { NodeEnergyResult } from "./energy.js";
import type { GpuTime } from "./gpu-time.js";
import type { InstanceTotals } from "./instance-totals.js";
import { type InstancePlan, kvBlocks, type SimulationPlan } from "./plan.js";
import type { RequestResult } from "./request-log.js";
import type { ServingInstance } from "./serving-instance.js";

const sum = <T>(items: readonly T[], value: (item: T, i: number) => number): number =>
  items.reduce((total, item, i) => total + value(item, i), 0);

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : sum(values, (value) => value) / values.length;

/** Service level objective. Limits are ms; without one of them, any value meets it. */
export interface ServiceLevel {
  ttftMs?: number | undefined;
  tpotMs?: number | undefined;
}

export class ResultCollector {
  private readonly ttft = new Samples();
  private readonly tpot = new Samples();
  private readonly itl = new Distribution();
  private readonly latency = new Samples();
  private readonly queuing = new Samples();
  private requests = 0;
  private inputTokens = 0;
  private outputTokens = 0;
  private firstArrivalNs = Number.POSITIVE_INFINITY;
  private lastEndNs = 0;

  private good = 0;
  /** Generated tokens by instance. */
  private readonly outputTokensOf: number[] = [];

  constructor(
    private readonly plan: SimulationPlan,
    private readonly slo: ServiceLevel | null,
  ) {}

  arrived(nowNs: number): void {
    if (nowNs < this.firstArrivalNs) this.firstArrivalNs = nowNs;
  }

  /** `count` tokens came `ns` after those in front of them. */
  tokenGaps(ns: number, count: number): void {
    this.itl.add(ns, count);
  }

  /** A request has finished. */
  add(result: RequestResult): void {
    this.requests++;
    this.inputTokens += result.inputTokens;
    this.outputTokens += result.outputTokens;
    this.outputTokensOf[result.instanceId] = (this.outputTokensOf[result.instanceId] ?? 0) + result.outputTokens;
    this.lastEndNs = result.endNs;
    if (this.slo && meets(this.slo, result)) this.good++;
    this.ttft.add(result.ttftNs);
    this.latency.add(result.latencyNs);
    this.queuing.add(result.queuingNs);
    if (result.outputTokens > 1) this.tpot.add(result.tpotNs);
  }

  summary(instances: readonly ServingInstance[], nodes: readonly NodeEnergyResult[]): Summary {
    const makespanNs = this.requests === 0 ? 0 : this.lastEndNs - this.firstArrivalNs;
    const perSecond = makespanNs > 0 ? 1e9 / makespanNs : 0;
    const total = (value: (totals: InstanceTotals) => number): number => sum(instances, ({ totals }) => value(totals));
    const each = instances.map((instance) => instanceSummary(instance, this.firstArrivalNs, makespanNs));
    const gpus = sum(instances, ({ plan }) => plan.gpus);
    const offloading = each.filter((instance) => instance.pim_busy !== null);
    const gpuBusy = gpus > 0 ? sum(instances, ({ plan }, i) => plan.gpus * each[i].gpu_busy) / gpus : 0;
    const pimBusy = offloading.length > 0 ? mean(offloading.map((instance) => instance.pim_busy as number)) : null;
    const pimUtil = offloading.length > 0 ? mean(offloading.map((instance) => instance.pim_util as number)) : null;
    return {
      schema_version: 1,
      requests: this.requests,
      input_tokens: this.inputTokens,
      output_tokens: this.outputTokens,
      makespan_ns: makespanNs,
      iterations: total((totals) => iterationsOf(totals)),
      throughput: {
        requests_s: this.requests * perSecond,
        prompt_tok_s: this.inputTokens * perSecond,
        decode_tok_s: this.outputTokens * perSecond,
      },
      goodput: this.slo && {
        ttft_ms: this.slo.ttftMs ?? null,
        tpot_ms: this.slo.tpotMs ?? null,
        requests: this.good,
        requests_s: this.good * perSecond,
      },
      ttft_ms: this.ttft.statisticsMs(),
      tpot_ms: this.tpot.statisticsMs(),
      itl_ms: this.itl.statisticsMs(),
      latency_ms: this.latency.statisticsMs(),
      queuing_ms: this.queuing.statisticsMs(),
      gpu_busy: gpuBusy,
      gpu_idle: 1 - gpuBusy,
      pim_busy: pimBusy,
      pim_idle: pimBusy === null ? null : 1 - pimBusy,
      pim_util: pimUtil,
      interleaving: {
        interleaved: total((totals) => totals.iterations.interleaved),
        chunked: total((totals) => totals.iterations.chunked),
        serial: total((totals) => totals.iterations.serial),
        single_request: total((totals) => totals.iterations.single_request),
        gained_ns: total((totals) => totals.gainedNs),
        lost_ns: total((totals) => totals.lostNs),
        extra_gpu_ns: total((totals) => totals.extraGpuBusyNs),
      },
      idle: idleShares(instances, makespanNs),
      batch: batchSizes(instances),
      held: heldShares(instances, makespanNs),
      kv_tokens: {
        room: sum(instances, ({ plan }) => kvBlocks(plan) * plan.options.blockSize),
        peak: sum(instances, ({ plan, totals }) => totals.peakBlocks * plan.options.blockSize),
      },
      gpu_time: gpuTimeSummary(instances),
      preemptions: sum(instances, ({ scheduler }) => scheduler.preemptions),
      recomputed_tokens: sum(instances, ({ scheduler }) => scheduler.recomputedTokens),
      prefix_hit_tokens: sum(instances, ({ scheduler }) => scheduler.prefixHitTokens),
      ...kvOffloadSummary(instances),
      link_bytes: {
        up:
          total(({ graph: { on }, bytes }) => (on.offload?.link ? bytes[on.offload.link.up] : 0)) +
          sum(instances, ({ host }) => host?.upBytes ?? 0),
        down:
          total(({ graph: { on }, bytes }) => (on.offload?.link ? bytes[on.offload.link.down] : 0)) +
          sum(instances, ({ host }) => host?.downBytes ?? 0),
        ...(hasSharedLayers(instances) && {
          between_gpus: total(({ graph, bytes }) => (graph.on.collective === null ? 0 : bytes[graph.on.collective])),
        }),
      },
      ...this.energySummary(instances, nodes),
      instances: each,
    };
  }

  private energySummary(
    instances: readonly ServingInstance[],
    nodes: readonly NodeEnergyResult[],
  ): Pick<Summary, "energy_j" | "energy"> {
    const counted = nodes.flatMap(({ energy }) => energy ?? []);
    if (counted.length === 0) return { energy_j: null, energy: null };
    const total = totalEnergy(counted);
    // Only what the counted nodes have served.
    const metered = instances.filter(({ plan }) => this.plan.nodes[plan.node]?.power);
    const tokens = sum(metered, ({ plan }) => this.outputTokensOf[plan.id] ?? 0);
    const requests = sum(metered, ({ totals }) => totals.requests);
    const readingTwice = sum(instances, ({ plan, totals }) => {
      const npu = this.plan.nodes[plan.node]?.power?.npu[plan.hardware];
      return npu ? plan.gpus * npu.active_power * totals.extraGpuBusyNs * 1e-9 : 0;
    });
    return {
      energy_j: joules(total),
      energy: {
        j_per_token: tokens > 0 ? total.total / tokens : 0,
        j_per_request: requests > 0 ? total.total / requests : 0,
        npu_active_for_second_weight_read_j: readingTwice,
        nodes: nodes.map(({ node, energy }) => ({ node, energy_j: energy && joules(energy) })),
      },
    };
  }
}

const meets = ({ ttftMs, tpotMs }: ServiceLevel, { ttftNs, tpotNs }: RequestResult): boolean =>
  ttftNs <= (ttftMs ?? Number.POSITIVE_INFINITY) * 1e6 && tpotNs <= (tpotMs ?? Number.POSITIVE_INFINITY) * 1e6;

const joules = (energy: NodeEnergy): Record<string, number> => ({ ...energy.components, total: energy.total });

const iterationsOf = ({ iterations }: InstanceTotals): number =>
  iterations.interleaved + iterations.chunked + iterations.serial + iterations.single_request;

/** Whether an instance has several GPUs. */
const hasSharedLayers = (instances: readonly ServingInstance[]): boolean => instances.some(({ plan }) => plan.gpus > 1);

function gpuTimeSummary(instances: readonly ServingInstance[]): Summary["gpu_time"] {
  const weight = ({ plan }: ServingInstance): number => plan.gpus;
  const of = (value: (time: GpuTime) => number): number =>
    sum(instances, (instance) => weight(instance) * value(instance.gpuTime));
  const ns = (time: GpuTime): number => sum(gpuPhases, (phase) => time.ns[phase]);
  const total = of(ns);
  const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
  const phase = (name: GpuPhase) => ({
    share: ratio(
      of((time) => time.ns[name]),
      total,
    ),
    beyond: ratio(
      of((time) => time.beyondNs[name]),
      of((time) => time.ns[name]),
    ),
  });
  const left = instances.flatMap(({ gpuTime }) => gpuTime.farthest ?? []);
  return {
    typical_error: ratio(
      of((time) => ns(time) * time.typicalError),
      total,
    ),
    phases: { decode: phase("decode"), mixed: phase("mixed"), prefill: phase("prefill") },
    farthest: left.reduce<Summary["gpu_time"]["farthest"]>((a, b) => (a && a.factor >= b.factor ? a : b), null),
  };
}

function kvOffloadSummary(instances: readonly ServingInstance[]): Pick<Summary, "kv_offload"> {
  const hosts = instances.flatMap(({ plan, host }) => (host ? [{ blockSize: plan.options.blockSize, host }] : []));
  if (hosts.length === 0) return {};
  const loads = sum(hosts, ({ host }) => host.loads);
  const loadingNs = sum(hosts, ({ host }) => host.loadingNs);
  return {
    kv_offload: {
      room_tokens: sum(hosts, ({ host, blockSize }) => host.cache.count * blockSize),
      hit_tokens: sum(hosts, ({ host }) => host.cache.hitTokens),
      swaps: sum(hosts, ({ host }) => host.cache.swaps),
      restored_tokens: sum(hosts, ({ host }) => host.cache.restoredTokens),
      loads,
      load_ms: loads > 0 ? loadingNs / loads / 1e6 : 0,
    },
  };
}

function batchSizes(instances: readonly ServingInstance[]): Summary["batch"] {
  const runningNs = sum(instances, ({ totals }) => totals.runningNs);
  return {
    mean: runningNs > 0 ? sum(instances, ({ totals }) => totals.batchNs) / runningNs : 0,
    max: instances.reduce((most, { totals }) => Math.max(most, totals.largestBatch), 0),
  };
}

function heldShares(instances: readonly ServingInstance[], makespanNs: number): Summary["held"] {
  const share = (by: HeldBy): number =>
    makespanNs > 0 ? sum(instances, ({ totals }) => totals.heldNs[by]) / (instances.length * makespanNs) : 0;
  return { sequences: share("sequences"), tokens: share("tokens"), memory: share("memory") };
}

/** What the devices waited for, as shares of the makespan. */
function idleShares(instances: readonly ServingInstance[], makespanNs: number): Summary["idle"] {
  const offloading = instances.filter(({ plan }) => plan.pim);
  return {
    gpu: gpuIdleShares(instances, makespanNs),
    pim: offloading.length === 0 ? null : pimIdleShares(offloading, makespanNs),
  };
}

/** Time between its iterations in which an instance's host had the word. */
const hostNs = ({ plan, totals }: ServingInstance): number =>
  (plan.calibration?.host_ns_per_step ?? 0) * iterationsOf(totals);

function gpuIdleShares(instances: readonly ServingInstance[], makespanNs: number): Summary["idle"]["gpu"] {
  const gpus = sum(instances, ({ plan }) => plan.gpus);
  const of = (ns: (instance: ServingInstance) => number): number =>
    makespanNs > 0 ? sum(instances, (instance) => instance.plan.gpus * ns(instance)) / (gpus * makespanNs) : 0;
  const share = (ns: (totals: InstanceTotals) => number): number => of(({ totals }) => ns(totals));
  const waits = (kind: string) => share((totals) => totals.waitsNs("gpu", kind));
  const waitedFor = ["pim", "link", "collective"];
  return {
    waiting_for_pim: waits("pim"),
    waiting_for_link: share((totals) => totals.waitsNs("gpu", "link") + totals.waitsForLoadsNs),
    ...(hasSharedLayers(instances) && { waiting_for_collective: waits("collective") }),
    iteration_tail: share((totals) =>
      waitedFor.reduce(
        (ns, kind) => ns - totals.waitsNs("gpu", kind),
        totals.runningNs - totals.coveredNs[totals.graph.on.gpu],
      ),
    ),
    ...(instances.some((instance) => hostNs(instance) > 0) && { waiting_for_host: of(hostNs) }),
    no_work: of(
      (instance) => makespanNs - instance.totals.runningNs - instance.totals.waitsForLoadsNs - hostNs(instance),
    ),
  };
}

function pimIdleShares(
  offloading: readonly ServingInstance[],
  makespanNs: number,
): NonNullable<Summary["idle"]["pim"]> {
  const share = (ns: (totals: InstanceTotals) => number): number =>
    makespanNs > 0 ? sum(offloading, ({ totals }) => ns(totals)) / (offloading.length * makespanNs) : 0;
  const busyNs = ({ graph, coveredNs }: InstanceTotals): number =>
    graph.on.offload ? coveredNs[graph.on.offload.pim] : 0;
  return {
    waiting_for_gpu: share((totals) => totals.runningNs - busyNs(totals) - totals.pimWaitsForInputNs),
    waiting_for_link: share((totals) => totals.pimWaitsForInputNs),
    no_work: share(({ runningNs }) => makespanNs - runningNs),
  };
}

function instanceSummary(
  { plan, totals, host }: ServingInstance,
  firstArrivalNs: number,
  makespanNs: number,
): InstanceSummary {
  const share = (busyNs: number): number => (makespanNs > 0 ? busyNs / makespanNs : 0);
  const { coveredNs } = totals;
  const { gpu, collective } = totals.graph.on;
  return {
    instance: plan.id,
    node: plan.node,
    model: plan.modelName,
    hardware: plan.hardware,
    gpu_times: plan.gpuTimes,
    requests: totals.requests,
    iterations: iterationsOf(totals),
    ...(collective !== null && { gpus: plan.gpus }),
    gpu_busy: share(coveredNs[gpu]),
    ...(collective !== null && { collective_busy: share(coveredNs[collective]) }),
    ...offloadSummary(plan, totals, share),
    ...(host && {
      link_up_busy: share(host.up.busyNs(firstArrivalNs + makespanNs)),
      link_down_busy: share(host.down.busyNs(firstArrivalNs + makespanNs)),
    }),
  };
}

type OffloadSummary = Omit<
  InstanceSummary,
  | "instance"
  | "node"
  | "model"
  | "hardware"
  | "gpu_times"
  | "requests"
  | "iterations"
  | "gpus"
  | "gpu_busy"
  | "collective_busy"
>;

function offloadSummary(
  { pim, gpuBandwidthGBps }: InstancePlan,
  totals: InstanceTotals,
  share: (busyNs: number) => number,
): OffloadSummary {
  const { offload } = totals.graph.on;
  if (!pim || !offload) {
    return {
      pim_busy: null,
      pim_util: null,
      pim_busiest_group: null,
      link_up_busy: null,
      link_down_busy: null,
      gpu_bandwidth_gbps: gpuBandwidthGBps,
      pim_gemv_bandwidth_gbps: null,
      pim_channels: 0,
      pim_channel_groups: 0,
    };
  }
  const groupsNs = [...totals.unitsNs(offload.pim)];
  return {
    pim_busy: share(totals.coveredNs[offload.pim]),
    pim_util: share((sum(groupsNs, (ns) => ns) * pim.layout.channelsPerGroup) / pim.channels),
    pim_busiest_group: share(Math.max(...groupsNs)),
    link_up_busy: offload.link && share(totals.coveredNs[offload.link.up]),
    link_down_busy: offload.link && share(totals.coveredNs[offload.link.down]),
    gpu_bandwidth_gbps: gpuBandwidthGBps,
    pim_gemv_bandwidth_gbps: pim.gemvGBps,
    pim_channels: pim.copies * pim.channels,
    pim_channel_groups: pim.layout.groups,
  };
}
