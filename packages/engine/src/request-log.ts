/**
 * @module
 * When things happened to the requests in flight, by their row in the scheduler's table. Times are whole ns.
 */
import { type Batch, grown, type RequestTable } from "@tandem-sim/scheduler";
import type { InstancePlan } from "./plan.js";

/** A finished request. Times are whole ns but for the mean. */
export interface RequestResult {
  instanceId: number;
  requestId: number;
  model: string;
  inputTokens: number;
  outputTokens: number;
  arrivalNs: number;
  /** The engine's first step at or after the arrival, as vLLM's `queued_ts`. */
  queuedNs: number;
  endNs: number;
  latencyNs: number;
  /** Arrival to the step that scheduled it first. */
  queuingNs: number;
  ttftNs: number;
  /** Mean time per token after the first, not rounded; 0 for one token. */
  tpotNs: number;
  itlNs: readonly number[];
}

export class RequestLog {
  private arrivalNs = new Float64Array(256);
  /** First step at or after its arrival; NaN before. */
  private queuedNs = new Float64Array(256);
  /** First time it was part of a batch; NaN before. */
  private firstScheduledNs = new Float64Array(256);
  /** NaN before. */
  private firstTokenNs = new Float64Array(256);
  private lastTokenNs = new Float64Array(256);
  /** Prompt tokens that iterations have covered, prefix hits included: for throughput, each counts once. */
  private promptCovered = new Float64Array(256);
  private readonly itlNs: number[][] = [];

  constructor(private readonly requests: RequestTable) {}

  arrived(row: number, nowNs: number): void {
    if (row >= this.arrivalNs.length) this.grow(2 * row);
    this.arrivalNs[row] = nowNs;
    this.queuedNs[row] = Number.NaN;
    this.firstScheduledNs[row] = Number.NaN;
    this.firstTokenNs[row] = Number.NaN;
    this.promptCovered[row] = 0;
    this.itlNs[row] = [];
  }

  /** The engine takes a request in, which vLLM stamps as `queued_ts`. */
  queued(row: number, nowNs: number): void {
    this.queuedNs[row] = nowNs;
  }

  /** A step has built a batch. */
  scheduled(batch: Batch, nowNs: number): void {
    const { firstScheduledNs } = this;
    for (let i = 0; i < batch.size; i++) {
      const row = batch.rows[i];
      if (Number.isNaN(firstScheduledNs[row])) firstScheduledNs[row] = nowNs;
    }
  }

  /** A batch has run: its tokens exist. Returns prompt tokens covered for the first time, and tokens generated. */
  ran(batch: Batch, nowNs: number): { promptTokens: number; decodeTokens: number } {
    let promptTokens = 0;
    let decodeTokens = 0;
    for (let i = 0; i < batch.size; i++) {
      if (batch.prefill[i] === 1) promptTokens += this.coverPrompt(batch, i);
      if (batch.samples[i] === 0) continue;
      decodeTokens++;
      this.token(batch.rows[i], nowNs);
    }
    return { promptTokens, decodeTokens };
  }

  private token(row: number, nowNs: number): void {
    if (Number.isNaN(this.firstTokenNs[row])) this.firstTokenNs[row] = nowNs;
    else this.itlNs[row].push(nowNs - this.lastTokenNs[row]);
    this.lastTokenNs[row] = nowNs;
  }

  /** Recomputed tokens do not count again. */
  private coverPrompt(batch: Batch, i: number): number {
    const row = batch.rows[i];
    const covered = Math.min(this.requests.inputTokens[row], batch.context[i] + batch.tokens[i]);
    const fresh = Math.max(0, covered - this.promptCovered[row]);
    this.promptCovered[row] += fresh;
    return fresh;
  }

  /** What became of a request that ends now. Its row may be reused. */
  result(row: number, plan: InstancePlan, nowNs: number): RequestResult {
    const { requests } = this;
    const arrivalNs = this.arrivalNs[row];
    const outputTokens = requests.outputTokens[row];
    const latencyNs = nowNs - arrivalNs;
    const ttftNs = this.firstTokenNs[row] - arrivalNs;
    const itlNs = this.itlNs[row];
    this.itlNs[row] = [];
    return {
      instanceId: plan.id,
      requestId: requests.id[row],
      model: plan.modelName,
      inputTokens: requests.inputTokens[row],
      outputTokens,
      arrivalNs,
      queuedNs: this.queuedNs[row],
      endNs: nowNs,
      latencyNs,
      queuingNs: this.firstScheduledNs[row] - arrivalNs,
      ttftNs,
      tpotNs: outputTokens > 1 ? (latencyNs - ttftNs) / (outputTokens - 1) : 0,
      itlNs,
    };
  }

  private grow(length: number): void {
    this.arrivalNs = grown(this.arrivalNs, length);
    this.queuedNs = grown(this.queuedNs, length);
    this.firstScheduledNs = grown(this.firstScheduledNs, length);
    this.firstTokenNs = grown(this.firstTokenNs, length);
    this.lastTokenNs = grown(this.lastTokenNs, length);
    this.promptCovered = grown(this.promptCovered, length);
  }
}
