/**
 * @module
 * A run as a Chrome trace (JSON array format), which ui.perfetto.dev and chrome://tracing open: one track per exclusive
 * resource, one for iterations, one per request, and counters.
 */
import type { IntervalReport, RequestResult } from "./observer.js";
import type { InstancePlan, SimulationPlan } from "./plan.js";
import type { OpKind } from "./play.js";
import type { IterationStart } from "./serving-instance.js";

/** Simulated time to be drawn; an op, iteration or request that touches it is drawn whole. */
export interface TimelineWindow {
  startNs: number;
  endNs: number;
}

const ITERATIONS = 0;
const GPU = 1;
const LINK_UP = 2;
const LINK_DOWN = 3;
const FIRST_CHANNEL = 10;

const trackOf: Readonly<Record<Exclude<OpKind, "pim">, number>> = {
  prologue: GPU,
  pre: GPU,
  attention: GPU,
  post: GPU,
  head: GPU,
  up: LINK_UP,
  down: LINK_DOWN,
  fetch: LINK_DOWN,
};

/** Whole ns as microseconds, the unit of the format, without rounding: slices that meet do not overlap. */
const us = (ns: number): string => `${Math.floor(ns / 1000)}.${String(ns % 1000).padStart(3, "0")}`;

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
    const { plan, startNs, played, batch, split, kind, index } = iteration;
    if (!this.overlaps(startNs, startNs + played.latencyNs)) return;
    const pid = plan.id;
    const args = { kind, requests: batch.size, tokens: batch.totalTokens };
    this.slice(pid, ITERATIONS, `iteration ${index}`, startNs, played.latencyNs, JSON.stringify(args));
    const { pim } = plan;
    iteration.replay((op, half, layer, group, opStartNs, durationNs) => {
      const at = startNs + opStartNs;
      if (durationNs === 0 || !this.overlaps(at, at + durationNs)) return;
      const name = split ? `${op} ${layer} half ${half + 1}` : `${op} ${layer}`;
      if (op !== "pim") return this.slice(pid, trackOf[op], name, at, durationNs);
      const { channelsPerGroup, firstChannel } = pim!;
      for (let c = 0; c < channelsPerGroup; c++) {
        this.slice(pid, FIRST_CHANNEL + firstChannel + group * channelsPerGroup + c, name, at, durationNs);
      }
    });
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

  private nameTracks({ id, node, pim }: InstancePlan): void {
    this.meta(id, "process_name", `instance ${id} (node ${node})`);
    const tracks: [number, string][] = [
      [ITERATIONS, "iterations"],
      [GPU, "GPU"],
    ];
    if (pim) {
      tracks.push([LINK_UP, "link up"], [LINK_DOWN, "link down"]);
      for (let c = 0; c < pim.groups * pim.channelsPerGroup; c++) {
        const channel = pim.firstChannel + c;
        tracks.push([
          FIRST_CHANNEL + channel,
          `PIM channel ${channel} (group ${Math.floor(c / pim.channelsPerGroup)})`,
        ]);
      }
    }
    for (const [tid, name] of tracks) {
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
