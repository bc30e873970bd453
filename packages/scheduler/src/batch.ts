/**
 * @module
 * The batch of one iteration, as a struct of arrays that is filled anew and again.
 */
import { grown } from "./grown.js";

/** What keeps requests waiting: the limit of sequences, that of tokens in a step, or KV memory. */
export type HeldBy = "sequences" | "tokens" | "memory";

/** The requests of a decode cohort: they stand first in a batch, with a token each. */
export interface CohortPart {
  size: number;
  /** Number of the cohort's step. */
  step: number;
  /** Batches of one version begin with the same requests. */
  version: number;
  /** The first so many of them were in the batch in front of this one, with a token each. */
  continuing: number;
  /** Tokens computed before, of all of them; the most and the least of one. */
  contextSum: number;
  longest: number;
  shortest: number;
}

export class Batch {
  size = 0;
  /** Who does nothing but decode. */
  readonly cohort: CohortPart = {
    size: 0,
    step: 0,
    version: -1,
    continuing: 0,
    contextSum: 0,
    longest: 0,
    shortest: 0,
  };
  /** Scheduled tokens of all requests. */
  totalTokens = 0;
  /** Requests in their prefill phase. */
  prefills = 0;
  /** Requests preempted by the step that built the batch. */
  preempted = 0;
  /** Why requests wait behind the step that built the batch; null where none does. */
  heldBy: HeldBy | null = null;
  /** Row in the {@link RequestTable}. */
  rows: Int32Array;
  /** Tokens scheduled in this iteration. */
  tokens: Int32Array;
  /** Tokens computed before it. */
  context: Int32Array;
  /** 1: the request is in its prefill phase, however many tokens are scheduled. */
  prefill: Uint8Array;
  /** 1: the iteration yields a token of the request. */
  samples: Uint8Array;
  /** Channel group that holds the request's KV, -1 without offload. */
  group: Int32Array;
  /**
   * Tokens of a prefix hit, at the request's first step after admission, that earlier iterations have computed. What this
   * iteration computes itself is in `readers` and `writers`.
   */
  hits: Int32Array;
  /**
   * Prefix hits on what this very iteration computes: `readers[k]` needs K and V of `writers[k]`, which stands in front of
   * it. Indices of requests; `dependencies` pairs, in order of their readers.
   */
  readers = new Int32Array(16);
  writers = new Int32Array(16);
  dependencies = 0;
  /** Order of arrival: breaks ties in splits. */
  order: Float64Array;
  /** The first so many entries read as decodes of a token. */
  private decodes = 0;

  constructor(capacity = 128) {
    this.rows = new Int32Array(capacity);
    this.tokens = new Int32Array(capacity);
    this.context = new Int32Array(capacity);
    this.prefill = new Uint8Array(capacity);
    this.samples = new Uint8Array(capacity);
    this.group = new Int32Array(capacity);
    this.hits = new Int32Array(capacity);
    this.order = new Float64Array(capacity);
  }

  clear(): void {
    this.size = 0;
    this.totalTokens = 0;
    this.prefills = 0;
    this.preempted = 0;
    this.heldBy = null;
    this.dependencies = 0;
    this.cohort.size = 0;
    this.cohort.continuing = 0;
  }

  /** The request to be added next needs K and V that `writer` computes in this iteration. */
  dependOn(writer: number): void {
    const k = this.dependencies - 1;
    if (k >= 0 && this.readers[k] === this.size && this.writers[k] === writer) return;
    if (k + 1 === this.readers.length) {
      this.readers = grown(this.readers, 2 * this.readers.length);
      this.writers = grown(this.writers, 2 * this.writers.length);
    }
    this.readers[k + 1] = this.size;
    this.writers[k + 1] = writer;
    this.dependencies++;
  }

  /** Appends a request; `samples` follows from the caller's bookkeeping. */
  add(entry: {
    row: number;
    tokens: number;
    context: number;
    prefill: boolean;
    samples: boolean;
    group: number;
    hits: number;
    order: number;
  }): void {
    const i = this.size++;
    if (i === this.rows.length) this.grow();
    if (i < this.decodes) this.decodes = i;
    this.rows[i] = entry.row;
    this.tokens[i] = entry.tokens;
    this.context[i] = entry.context;
    this.prefill[i] = entry.prefill ? 1 : 0;
    this.samples[i] = entry.samples ? 1 : 0;
    this.group[i] = entry.group;
    this.hits[i] = entry.hits;
    this.order[i] = entry.order;
    this.totalTokens += entry.tokens;
    if (entry.prefill) this.prefills++;
  }

  /** The first requests of an empty batch decode a token each; who they are, and their contexts, is left to the caller. */
  beginWithDecodes(count: number): void {
    while (count > this.rows.length) this.grow();
    for (let i = this.decodes; i < count; i++) {
      this.tokens[i] = 1;
      this.prefill[i] = 0;
      this.samples[i] = 1;
      this.hits[i] = 0;
    }
    this.decodes = count;
    this.size = count;
    this.totalTokens = count;
  }

  private grow(): void {
    const bigger = new Batch(this.rows.length * 2);
    for (const name of ["rows", "tokens", "context", "prefill", "samples", "group", "hits", "order"] as const) {
      (bigger[name] as Int32Array).set(this[name] as Int32Array);
      (this[name] as Int32Array) = bigger[name] as Int32Array;
    }
  }
}
