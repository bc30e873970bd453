/**
 * @module
 * A run as a Chrome trace (JSON array format), which ui.perfetto.dev and chrome://tracing open: one track per exclusive
 * resource, one for iterations, one per request, and counters.
 */

import {
  type BatchTable,
  type CostedBatch,
  createDecoderGraph,
  type Resource,
  shapeOf,
  stageWork,
} from "@tandem-sim/trace";
import type { KvTransfer } from "./host-kv-link.js";
import { iterationReport } from "./iteration-report.js";
import type { IntervalReport } from "./observer.js";
import type { InstancePlan, SimulationPlan } from "./plan.js";
import type { RequestResult } from "./request-log.js";
import type { IterationStart } from "./serving-instance.js";

/** Simulated time to be drawn; an op, iteration or request that touches it is drawn whole. */
export interface TimelineWindow {
  startNs: number;
  endNs: number;
}

const ITERATIONS = 0;
/** KV to and from host memory; an instance that moves it has no PIM, and few other resources. */
const HOST_LINK = { up: 8, down: 9 } as const;
/** Numbered devices have tracks behind those of single resources. */
const FIRST_DEVICE = 10;

/** Tracks of every resource, by unit: one, or one for each device that the unit consists of. */
function tracksOf(resources: readonly Resource[]): { tid: number; name: string }[][][] {
  let single = ITERATIONS;
  return resources.map(({ name, units, copies, firstDevice }) => {
    if (firstDevice === null) return [[{ tid: ++single, name }]];
    return Array.from({ length: units }, (_unit, u) =>
      Array.from({ length: copies }, (_copy, c) => {
        const device = firstDevice + u * copies + c;
        return { tid: FIRST_DEVICE + device, name: `${name} channel ${device} (group ${u})` };
      }),
    );
  });
}

/** Whole ns as microseconds, the unit of the format, without rounding: slices that meet do not overlap. */
const us = (ns: number): string => `${Math.floor(ns / 1000)}.${String(ns % 1000).padStart(3, "0")}`;

/** What each run of a stage works on, as text; on the GPU with its layer. The rest is the same in all of them. */
function stageArgs(table: BatchTable, costed: CostedBatch): (stage: number, unit: number, layer: number) => string {
  const { graph, offset, ns } = table;
  const workOf = stageWork(table, costed);
  const texts = new Array<string>(ns.length);
  return (stage, unit, layer) => {
    texts[offset[stage] + unit] ??= JSON.stringify(workOf(stage, unit));
    const text = texts[offset[stage] + unit];
    return graph.stages[stage].resource === graph.on.gpu ? `{"layer":${layer},${text.slice(1)}` : text;
  };
}

/** Renders a run, event by event. Feed it what an observer gets. */
export class Timeline {
  private first = true;

  /** @param write receives the text, piece by piece */
  constructor(
    private readonly plan: SimulationPlan,
    private readonly window: TimelineWindow,
    private readonly write: (text: string) => void,
  ) {
    write('{"displayTimeUnit":"ns","traceEvents":[');
    for (const instance of plan.instances) this.nameTracks(instance);
    this.meta(plan.instances.length, "process_name", "counters");
  }

  iteration(iteration: IterationStart): void {
    const { plan, startNs, played, batch, division, table, index } = iteration;
    if (!this.overlaps(startNs, startNs + played.latencyNs)) return;
    const pid = plan.id;
    const { kind, requests, prefills, decodes, tokens } = iterationReport(iteration);
    const args = { kind, requests, prefills, decodes, tokens };
    this.slice(pid, ITERATIONS, `iteration ${index}`, startNs, played.latencyNs, JSON.stringify(args));
    const { stages, resources } = table.graph;
    const tracks = tracksOf(resources);
    const argsOf = stageArgs(table, { batch, division, costs: plan.costs });
    iteration.replay((stage, unit, layer, fromNs, toNs) => {
      const at = startNs + fromNs;
      if (toNs === fromNs || !this.overlaps(at, startNs + toNs)) return;
      const { name, subBatch, resource } = stages[stage];
      const title = division ? `${name} ${layer} sub-batch ${subBatch + 1}` : `${name} ${layer}`;
      const work = argsOf(stage, unit, layer);
      for (const { tid } of tracks[resource][unit]) this.slice(pid, tid, title, at, toNs - fromNs, work);
    });
  }

  transfer({
    instance,
    direction,
    startNs,
    endNs,
    bytes,
    blocks,
    requestId,
  }: KvTransfer & { requestId: number | null }): void {
    if (!this.overlaps(startNs, endNs)) return;
    const name = requestId === null ? "store KV" : `load KV of request ${requestId}`;
    this.slice(instance, HOST_LINK[direction], name, startNs, endNs - startNs, JSON.stringify({ bytes, blocks }));
  }

  request(result: RequestResult): void {
    const { arrivalNs, endNs } = result;
    if (!this.overlaps(arrivalNs, endNs)) return;
    const firstTokenNs = arrivalNs + result.ttftNs;
    const scheduledNs = arrivalNs + result.queuingNs;
    const id = result.requestId;
    const args = JSON.stringify({ input: result.inputTokens, output: result.outputTokens });
    this.span(result.instanceId, id, `request ${id}`, arrivalNs, endNs, args);
    this.span(result.instanceId, id, "queued", arrivalNs, scheduledNs);
    this.span(result.instanceId, id, "prefill", scheduledNs, firstTokenNs);
    this.span(result.instanceId, id, "decode", firstTokenNs, endNs);
  }

  /** Counters; drawn on a process of their own, behind the instances. */
  interval(report: IntervalReport): void {
    if (!this.overlaps(report.startNs, report.endNs)) return;
    const pid = this.plan.instances.length;
    this.counter(pid, "running requests", report.endNs, report.batch);
    this.counter(pid, "GPU memory, GB", report.endNs, report.gpuMemoryBytes / 1e9);
    if (report.pimMemoryBytes !== null) this.counter(pid, "KV on PIM, GB", report.endNs, report.pimMemoryBytes / 1e9);
    if (report.powerW !== null) this.counter(pid, "power, W", report.endNs, report.powerW);
  }

  /** Ends the document. */
  end(): void {
    this.write("\n]}\n");
  }

  private overlaps(startNs: number, endNs: number): boolean {
    return startNs < this.window.endNs && endNs > this.window.startNs;
  }

  private nameTracks({ id, node, costs, hostKv }: InstancePlan): void {
    this.meta(id, "process_name", `instance ${id} (node ${node})`);
    const tracks = tracksOf(createDecoderGraph({ ...shapeOf(costs), subBatches: 1 }).resources)
      .flat(2)
      .sort((a, b) => a.tid - b.tid);
    const hostTracks = hostKv
      ? [
          { tid: HOST_LINK.up, name: "KV to host memory" },
          { tid: HOST_LINK.down, name: "KV from host memory" },
        ]
      : [];
    for (const { tid, name } of [{ tid: ITERATIONS, name: "iterations" }, ...tracks, ...hostTracks]) {
      this.meta(id, "thread_name", name, tid);
      this.event(`{"ph":"M","pid":${id},"tid":${tid},"name":"thread_sort_index","args":{"sort_index":${tid}}}`);
    }
  }

  private meta(pid: number, kind: string, name: string, tid?: number): void {
    const thread = tid === undefined ? "" : `"tid":${tid},`;
    this.event(`{"ph":"M","pid":${pid},${thread}"name":"${kind}","args":{"name":${JSON.stringify(name)}}}`);
  }

  private slice(pid: number, tid: number, name: string, startNs: number, durationNs: number, args?: string): void {
    const rest = args ? `,"args":${args}` : "";
    this.event(
      `{"ph":"X","pid":${pid},"tid":${tid},"ts":${us(startNs)},"dur":${us(durationNs)},"name":"${name}"${rest}}`,
    );
  }

  /** Asynchronous spans of one id share a track of their own. */
  private span(pid: number, id: number, name: string, startNs: number, endNs: number, args?: string): void {
    const common = `"cat":"request","pid":${pid},"tid":0,"id":${id},"name":"${name}"`;
    this.event(`{"ph":"b",${common},"ts":${us(startNs)}${args ? `,"args":${args}` : ""}}`);
    this.event(`{"ph":"e",${common},"ts":${us(endNs)}}`);
  }

  private counter(pid: number, name: string, atNs: number, value: number): void {
    this.event(`{"ph":"C","pid":${pid},"name":"${name}","ts":${us(atNs)},"args":{"value":${value}}}`);
  }

  private event(text: string): void {
    this.write(this.first ? `\n${text}` : `,\n${text}`);
    this.first = false;
  }
}
