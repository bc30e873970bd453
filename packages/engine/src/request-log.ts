/**
 * @module
 * When things happened to the requests in flight, by their row in the scheduler's table. Times are whole ns.
 */
import { type Batch, grown, type RequestTable } from "@tandem-sim/scheduler";
import { IterationEnds } from "./iteration-ends.js";
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
  /** Where its tokens lie in the log of its instance's iterations: {@link interTokenNs}. Good until the observer returns. */
  tokenRuns: TokenRuns;
}

/** Tokens that came at the ends of consecutive iterations. */
export interface TokenRun {
  /** Index of the iteration that gave the first of them, and of that of the last. */
  first: number;
  last: number;
}

/** All tokens of a request. */
export interface TokenRuns {
  ends: IterationEnds;
  runs: readonly TokenRun[];
}

/** What an iteration has brought. */
export interface IterationTokens {
  /** Prompt tokens covered for the first time. */
  prompt: number;
  /** Tokens generated. */
  decode: number;
}

/** Receives that `count` tokens came `ns` after those in front of them. */
export type TokenGapSink = (ns: number, count: number) => void;

/** Index of no iteration. */
const NEVER = -2;

/**
 * The tokens of a request come in runs of consecutive iterations: mostly one, from its first token to its last. A
 * preemption, or a step whose budget is spent before its turn, begins a new one.
 */
export class RequestLog {
  private arrivalNs = new Float64Array(256);
  /** First step at or after its arrival; NaN before. */
  private queuedNs = new Float64Array(256);
  /** First time it was part of a batch; NaN before. */
  private firstScheduledNs = new Float64Array(256);
  /** NaN before, and in rows that nobody uses. */
  private firstTokenNs = new Float64Array(256);
  /** Iterations that gave the first and the last token of a request's present run, {@link NEVER} before its first token. */
  private runStart = new Float64Array(256);
  private runEnd = new Float64Array(256);
  /** Null for none. */
  private readonly earlierRuns: (TokenRun[] | null)[] = [];
  /** Prompt tokens that iterations have covered, prefix hits included: for throughput, each counts once. */
  private promptCovered = new Float64Array(256);
  private readonly ends: readonly IterationEnds[];
  private readonly brought: IterationTokens = { prompt: 0, decode: 0 };

  constructor(
    private readonly requests: RequestTable,
    instances: number,
    private readonly gap: TokenGapSink,
  ) {
    this.ends = Array.from({ length: instances }, () => new IterationEnds());
    this.firstTokenNs.fill(Number.NaN);
  }

  arrived(row: number, nowNs: number): void {
    if (row >= this.arrivalNs.length) this.grow(2 * row);
    this.arrivalNs[row] = nowNs;
    this.queuedNs[row] = Number.NaN;
    this.firstScheduledNs[row] = Number.NaN;
    this.firstTokenNs[row] = Number.NaN;
    this.runStart[row] = NEVER;
    this.runEnd[row] = NEVER;
    this.earlierRuns[row] = null;
    this.promptCovered[row] = 0;
  }

  /** The engine takes a request in, which vLLM stamps as `queued_ts`. */
  queued(row: number, nowNs: number): void {
    this.queuedNs[row] = nowNs;
  }

  /** A step has built a batch. */
  scheduled(batch: Batch, nowNs: number): void {
    const { firstScheduledNs } = this;
    // A request's first step is one of its prefill.
    if (batch.prefills === 0) return;
    for (let i = batch.cohort.size; i < batch.size; i++) {
      const row = batch.rows[i];
      if (Number.isNaN(firstScheduledNs[row])) firstScheduledNs[row] = nowNs;
    }
  }

  /** A batch has run: its tokens exist. The result is good until the next call. */
  ran(batch: Batch, instance: number, nowNs: number): Readonly<IterationTokens> {
    const { brought, runEnd } = this;
    const { size, rows, samples } = batch;
    const { continuing } = batch.cohort;
    const ends = this.ends[instance];
    if (ends.isFull) ends.makeRoom(this.oldestTokenNs());
    const at = ends.next;
    ends.add(nowNs);
    let decode = continuing;
    let consecutive = continuing;
    for (let i = 0; i < continuing; i++) runEnd[rows[i]] = at;
    for (let i = continuing; i < size; i++) {
      if (samples[i] === 0) continue;
      const row = rows[i];
      decode++;
      if (runEnd[row] === at - 1) consecutive++;
      else this.startRun(row, at, ends);
      runEnd[row] = at;
    }
    if (consecutive > 0) this.gap(ends.gap(at), consecutive);
    brought.decode = decode;
    brought.prompt = batch.prefills > 0 ? this.coverPrompts(batch) : 0;
    return brought;
  }

  /** A token comes at iteration `at` and not one iteration after the last. */
  private startRun(row: number, at: number, ends: IterationEnds): void {
    const lastToken = this.runEnd[row];
    if (lastToken === NEVER) this.firstTokenNs[row] = ends.at(at);
    else {
      this.gap(ends.at(at) - ends.at(lastToken), 1);
      this.earlierRuns[row] ??= [];
      this.earlierRuns[row].push({ first: this.runStart[row], last: lastToken });
    }
    this.runStart[row] = at;
  }

  /** Before it no request in flight has a token. */
  private oldestTokenNs(): number {
    let oldestNs = Number.POSITIVE_INFINITY;
    const { firstTokenNs } = this;
    for (let row = 0; row < firstTokenNs.length; row++) if (firstTokenNs[row] < oldestNs) oldestNs = firstTokenNs[row];
    return oldestNs;
  }

  /** Recomputed tokens do not count again. */
  private coverPrompts({ size, rows, prefill, context, tokens }: Batch): number {
    let fresh = 0;
    for (let i = 0; i < size; i++) {
      if (prefill[i] === 0) continue;
      const row = rows[i];
      const covered = Math.min(this.requests.inputTokens[row], context[i] + tokens[i]);
      if (covered <= this.promptCovered[row]) continue;
      fresh += covered - this.promptCovered[row];
      this.promptCovered[row] = covered;
    }
    return fresh;
  }

  /** What became of a request that ends now. Its row may be reused. */
  result(row: number, plan: InstancePlan, nowNs: number): RequestResult {
    const { requests } = this;
    const arrivalNs = this.arrivalNs[row];
    const outputTokens = requests.outputTokens[row];
    const latencyNs = nowNs - arrivalNs;
    const ttftNs = this.firstTokenNs[row] - arrivalNs;
    const tokenRuns = {
      ends: this.ends[plan.id],
      runs: [...(this.earlierRuns[row] ?? []), { first: this.runStart[row], last: this.runEnd[row] }],
    };
    this.firstTokenNs[row] = Number.NaN;
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
      tokenRuns,
    };
  }

  private grow(length: number): void {
    const rows = this.firstTokenNs.length;
    this.arrivalNs = grown(this.arrivalNs, length);
    this.queuedNs = grown(this.queuedNs, length);
    this.firstScheduledNs = grown(this.firstScheduledNs, length);
    this.firstTokenNs = grown(this.firstTokenNs, length).fill(Number.NaN, rows);
    this.runStart = grown(this.runStart, length);
    this.runEnd = grown(this.runEnd, length);
    this.promptCovered = grown(this.promptCovered, length);
  }
}

/**
 * Inter-token latencies of a request, whole ns: they are cut from the log where somebody asks, in `onRequest`.
 *
 * @throws {RangeError} for one whose part of the log has been dropped since
 */
export function interTokenNs({ ends, runs }: TokenRuns): Float64Array {
  if (runs[0].first < ends.first)
    throw new RangeError("the tokens of this request are no longer in the log: ask while `onRequest` runs");
  if (runs.length === 1) return ends.gaps(runs[0].first + 1, runs[0].last + 1);
  const gapsNs = new Float64Array(runs.reduce((tokens, { first, last }) => tokens + last - first + 1, -1));
  let known = 0;
  runs.forEach(({ first, last }, k) => {
    if (k > 0) gapsNs[known++] = ends.at(first) - ends.at(runs[k - 1].last);
    gapsNs.set(ends.gaps(first + 1, last + 1), known);
    known += last - first;
  });
  return gapsNs;
}
