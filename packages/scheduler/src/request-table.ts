/**
 * @module
 * Scheduling state of all requests in flight, as a struct of arrays; no times. It is global to a simulation, so that a request can move
 * between instances. A row is reused once its request has finished. `computed`, `reached`, `produced` and `inFlight` of the
 * members of a {@link DecodeCohort} lag behind.
 */
import { CachedContents } from "./cached-contents.js";
import { grown } from "./grown.js";
import { type BlockTable, emptyBlockTable } from "./kv-cache.js";

/** What a request is when it arrives. */
export interface NewRequest {
  /** Index in the workload. */
  id: number;
  inputTokens: number;
  outputTokens: number;
  /** What the full blocks of prompt and output hold, each with all before it: numbers from 1; null without token ids. */
  contents: Int32Array | null;
}

export class RequestTable {
  private capacity = 256;
  private readonly freeRows: number[] = [];
  private used = 0;
  private arrivals = 0;

  id = new Float64Array(this.capacity);
  inputTokens = new Int32Array(this.capacity);
  outputTokens = new Int32Array(this.capacity);
  /** Order of arrival: breaks ties. */
  order = new Float64Array(this.capacity);
  /** Tokens whose K and V exist or are being computed by a batch in flight. */
  computed = new Int32Array(this.capacity);
  /** Prompt, produced tokens and those that batches in flight will produce. */
  reached = new Int32Array(this.capacity);
  /** Output tokens that have been produced. */
  produced = new Int32Array(this.capacity);
  /** Batches in flight that the request is part of. */
  inFlight = new Uint8Array(this.capacity);
  /** 1 between admission and the end or a preemption. */
  running = new Uint8Array(this.capacity);
  /** 1 from admission until the step that computes the last token reached then. */
  prefilling = new Uint8Array(this.capacity);
  /** 1 while KV of it is on its way from host memory: it has its blocks, and is in no batch. 2 from then to its first step. */
  loading = new Uint8Array(this.capacity);
  /** Channel group that holds its KV, -1 without offload. */
  group = new Int32Array(this.capacity);
  /** Tokens that it counts in its group's load. */
  groupLoad = new Int32Array(this.capacity);
  /** Context of the decode that it counts in its group's load, tokens. */
  groupContext = new Int32Array(this.capacity);
  preemptions = new Int32Array(this.capacity);
  readonly contents: (Int32Array | null)[] = [];
  readonly gpuBlocks: BlockTable[] = [];
  readonly pimBlocks: BlockTable[] = [];

  /** Where what requests have in common is cached. */
  readonly cached = new CachedContents();

  /** Rows in use. */
  get live(): number {
    return this.used - this.freeRows.length;
  }

  /** Adds a request and returns its row. */
  add(request: NewRequest): number {
    const row = this.freeRows.pop() ?? this.used++;
    if (row >= this.capacity) this.growRows();
    this.id[row] = request.id;
    this.inputTokens[row] = request.inputTokens;
    this.outputTokens[row] = request.outputTokens;
    this.order[row] = this.arrivals++;
    this.computed[row] = 0;
    this.reached[row] = request.inputTokens;
    this.produced[row] = 0;
    this.inFlight[row] = 0;
    this.running[row] = 0;
    this.prefilling[row] = 0;
    this.loading[row] = 0;
    this.group[row] = -1;
    this.groupLoad[row] = 0;
    this.groupContext[row] = 0;
    this.preemptions[row] = 0;
    this.contents[row] = request.contents;
    this.gpuBlocks[row] ??= emptyBlockTable();
    this.pimBlocks[row] ??= emptyBlockTable();
    return row;
  }

  /** Frees a finished request's row. */
  remove(row: number): void {
    this.contents[row] = null;
    this.freeRows.push(row);
  }

  private growRows(): void {
    this.capacity *= 2;
    const size = this.capacity;
    this.id = grown(this.id, size);
    this.inputTokens = grown(this.inputTokens, size);
    this.outputTokens = grown(this.outputTokens, size);
    this.order = grown(this.order, size);
    this.computed = grown(this.computed, size);
    this.reached = grown(this.reached, size);
    this.produced = grown(this.produced, size);
    this.inFlight = grown(this.inFlight, size);
    this.running = grown(this.running, size);
    this.prefilling = grown(this.prefilling, size);
    this.loading = grown(this.loading, size);
    this.group = grown(this.group, size);
    this.groupLoad = grown(this.groupLoad, size);
    this.groupContext = grown(this.groupContext, size);
    this.preemptions = grown(this.preemptions, size);
  }
}
