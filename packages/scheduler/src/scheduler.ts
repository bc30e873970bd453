/**
 * @module
 * vLLM V1's continuous batching: who is computed in the next iteration, and where its KV lives. No split, no times.
 *
 * One rule serves prefill, chunked prefill, decode and recomputation: a running request catches up to the length that
 * it has reached. Running requests come first, in order; if blocks run out the last one is preempted; a step that
 * preempted admits nobody; nobody is preempted to admit another.
 */
import type { InstanceOptions } from "@tandem-sim/schemas";
import { Batch, type HeldBy } from "./batch.js";
import type { Candidate, ChannelGroups } from "./channel-groups.js";
import { DecodeCohort } from "./decode-cohort.js";
import type { HostKvCache } from "./host-kv-cache.js";
import { type BlockTable, KvCache, type KvMemory } from "./kv-cache.js";
import type { RequestTable } from "./request-table.js";
import { WaitingQueue } from "./waiting-queue.js";

/** vLLM's limits, and the block pools' behaviour. */
export type SchedulerLimits = Pick<
  InstanceOptions,
  | "blockSize"
  | "maxNumSeqs"
  | "maxNumBatchedTokens"
  | "longPrefillTokenThreshold"
  | "enableChunkedPrefill"
  | "enablePrefixCaching"
  | "reserveFullIsl"
>;

/** Where KV lives. */
export type KvPlacement =
  /** KV on the GPU; what it has no room for may move to host memory. */
  | { kind: "gpu"; gpuBlocks: number; host?: HostKvCache | null }
  /** All KV on PIM; the GPU holds weights only. */
  | { kind: "pim"; groups: ChannelGroups }
  /** KV on PIM, and a prompt's on the GPU as well until its prefill has ended. */
  | { kind: "pim-after-prefill"; groups: ChannelGroups; gpuBlocks: number };

/** Values of `RequestTable.loading`. */
const LOADING = 1;
const LOADED = 2;

const unlimited = (limit: number): number => (limit === 0 ? Number.POSITIVE_INFINITY : limit);

export class Scheduler {
  /** Admitted requests, in order of admission. */
  readonly running: number[] = [];
  readonly waiting = new WaitingQueue();
  /** GPU block pool; empty where all KV is on PIM. */
  readonly gpu: KvCache;
  readonly groups: ChannelGroups | null;
  /** Null without host memory behind the GPU's. */
  readonly host: HostKvCache | null;
  preemptions = 0;
  /** Tokens that were computed, lost to a preemption and not found in the prefix cache again. */
  recomputedTokens = 0;
  /** Tokens found in the prefix cache at first admission. */
  prefixHitTokens = 0;

  private readonly maxSeqs: number;
  private readonly maxTokens: number;
  private readonly threshold: number;
  private readonly spareBatches: Batch[] = [];
  private readonly batchesInFlight: Batch[] = [];
  private readonly cohort: DecodeCohort;
  /** Running requests from this number on have not joined the cohort. */
  private firstOutside = 0;
  /** Tokens of the last admission's prefix hit that its own step computes. */
  private freshTokens = 0;
  /** Why {@link admit} last returned 0. */
  private refusal: HeldBy = "memory";
  /** Number of the current step. */
  private step = 0;
  /** A running request waits for blocks that loads are written to. */
  private isStalled = false;

  /** @param withCohort false: every request is looked at in every step, to the same effect */
  constructor(
    private readonly requests: RequestTable,
    private readonly limits: SchedulerLimits,
    private readonly kv: KvPlacement,
    private readonly withCohort = true,
  ) {
    this.cohort = new DecodeCohort(requests, limits.blockSize);
    this.maxSeqs = unlimited(limits.maxNumSeqs);
    this.maxTokens = unlimited(limits.maxNumBatchedTokens);
    this.threshold = unlimited(limits.longPrefillTokenThreshold);
    // A prompt that is on the GPU only until its prefill ends is found again where its KV stays: on PIM.
    const cachesOnGpu = kv.kind === "gpu" && limits.enablePrefixCaching;
    this.gpu = new KvCache(kv.kind === "pim" ? 0 : kv.gpuBlocks, limits.blockSize, cachesOnGpu, requests.cached);
    this.groups = kv.kind === "gpu" ? null : kv.groups;
    const host = kv.kind === "gpu" ? (kv.host ?? null) : null;
    this.host = host;
    if (host) this.gpu.pool.onEvict = (content) => host.store(content);
  }

  /** A request has arrived. */
  enqueue(row: number): void {
    this.waiting.pushBack(row);
  }

  /** Requests that wait or run. */
  get outstanding(): number {
    return this.waiting.size + this.running.length;
  }

  /**
   * Builds the next batch, or returns null where there is nothing to compute. The caller gives the batch back through
   * {@link complete}; several may be in flight.
   */
  schedule(): Batch | null {
    const batch = this.spareBatches.pop() ?? new Batch();
    batch.clear();
    this.step++;
    this.isStalled = false;
    this.groups?.startStep();
    this.batchesInFlight.push(batch);
    this.stepCohort(batch);
    const budget = this.scheduleRunning(batch, this.maxTokens - batch.totalTokens);
    const lacksMemory = batch.preempted > 0 || this.isStalled;
    batch.heldBy = lacksMemory ? "memory" : this.scheduleWaiting(batch, budget);
    if (this.withCohort) this.growCohort();
    if (batch.size > 0) return batch;
    this.batchesInFlight.pop();
    this.spareBatches.push(batch);
    return null;
  }

  /**
   * The batch has run: its tokens exist.
   *
   * @param finished receives the rows of requests that ended, in batch order; the caller removes them from the table
   */
  complete(batch: Batch, finished: number[]): void {
    // Nearly always the first: batches run in the order in which they are scheduled.
    if (this.batchesInFlight[0] === batch) this.batchesInFlight.shift();
    else this.batchesInFlight.splice(this.batchesInFlight.indexOf(batch), 1);
    const before = finished.length;
    if (batch.cohort.size > 0) this.completeCohort(batch, finished);
    const { requests } = this;
    const { size, rows, samples, prefill } = batch;
    const { inFlight, produced, outputTokens } = requests;
    for (let i = batch.cohort.size; i < size; i++) {
      const row = rows[i];
      inFlight[row]--;
      if (samples[i] === 0) continue;
      produced[row]++;
      if (produced[row] === outputTokens[row]) this.end(row, finished);
      else if (requests.running[row] === 1) {
        if (prefill[i]) this.endPrefill(row);
        this.cacheComputed(row);
      }
    }
    if (finished.length > before) this.dropEnded();
    this.spareBatches.push(batch);
  }

  private completeCohort({ cohort: { step } }: Batch, finished: number[]): void {
    const { cohort } = this;
    for (const row of cohort.complete(step)) this.end(row, finished);
    // Tokens that were in flight have an id now, and may have filled a block.
    for (const row of cohort.fillingBlocks(cohort.clock)) this.cacheComputed(row);
  }

  /** A request has all of its tokens. */
  private end(row: number, finished: number[]): void {
    if (this.requests.running[row] === 0) this.endWaiting(row);
    this.releaseKv(row);
    this.requests.running[row] = 0;
    finished.push(row);
  }

  /** Its last token was in flight when it was preempted. */
  private endWaiting(row: number): void {
    this.waiting.remove(row);
    this.host?.drop(row);
  }

  /** What a request needed of host memory is on the GPU: it goes on with the next batch. */
  endLoad(row: number): void {
    this.requests.loading[row] = LOADED;
    this.cacheComputed(row);
  }

  private dropEnded(): void {
    let kept = 0;
    let outside = this.firstOutside;
    this.running.forEach((row, i) => {
      if (this.requests.running[row]) this.running[kept++] = row;
      else if (i < this.firstOutside) outside--;
    });
    this.running.length = kept;
    this.firstOutside = outside;
  }

  /** Schedules the cohort: all of it, or where that cannot be, nobody, and it is a cohort no longer. */
  private stepCohort(batch: Batch): void {
    const { cohort } = this;
    cohort.letGo();
    if (cohort.size === 0) return;
    if (cohort.size > this.maxTokens || !this.growMembers()) this.dissolveCohort();
    else cohort.step(batch);
  }

  /** What a step does to KV blocks of members, in their order; false where there is no block for one of them. */
  private growMembers(): boolean {
    const { cohort, requests } = this;
    const step = cohort.clock + 1;
    const begin = cohort.beginningBlocks(step);
    const fill = cohort.fillingBlocks(step);
    let filled = 0;
    for (const row of begin) {
      for (; filled < fill.length && cohort.placeOf(fill[filled]) < cohort.placeOf(row); filled++)
        this.fillBlock(fill[filled]);
      if (!this.cacheOf(requests.group[row]).grow(this.tableOf(row), cohort.computedOf(row) + 1)) return false;
    }
    for (; filled < fill.length; filled++) this.fillBlock(fill[filled]);
    return true;
  }

  /** The next step computes the last token of one of a member's blocks. */
  private fillBlock(row: number): void {
    const { cohort } = this;
    this.cacheFull(row, cohort.computedOf(row) + 1, cohort.producedOf(row), this.step, cohort.placeOf(row));
  }

  /** Takes in who decodes, up to the first running request that does something else. */
  private growCohort(): void {
    const { requests, running, cohort } = this;
    for (; this.firstOutside < running.length; this.firstOutside++) {
      const row = running[this.firstOutside];
      if (this.hasAllScheduled(row)) continue;
      const decodes = requests.prefilling[row] === 0 && requests.reached[row] - requests.computed[row] === 1;
      if (!decodes || requests.loading[row] > 0 || cohort.size >= this.maxTokens) return;
      cohort.add(row, this.finalTokens(row));
    }
  }

  /** All of its tokens are produced or in flight. */
  private hasAllScheduled(row: number): boolean {
    const { reached, inputTokens, outputTokens } = this.requests;
    return reached[row] - inputTokens[row] >= outputTokens[row];
  }

  /** From now on each of its members is looked at alone, in batches in flight too. */
  private dissolveCohort(): void {
    this.firstOutside = 0;
    if (this.cohort.size === 0) return;
    this.cohort.dissolve();
    for (const batch of this.batchesInFlight) batch.cohort.size = 0;
  }

  private scheduleRunning(batch: Batch, tokenBudget: number): number {
    const { requests, running } = this;
    let budget = tokenBudget;
    for (let i = this.firstOutside; i < running.length && budget > 0; ) {
      const row = running[i];
      // The slot and blocks of who has all scheduled return when the last token is there.
      if (requests.loading[row] === LOADING || this.hasAllScheduled(row)) {
        i++;
        continue;
      }
      const tokens =
        requests.loading[row] === LOADED
          ? this.firstChunk(row, requests.computed[row], budget)
          : Math.min(requests.reached[row] - requests.computed[row], this.threshold, budget);
      if (tokens === 0) {
        i++;
        continue;
      }
      if (!this.growOrPreempt(row, tokens, batch)) {
        // On the GPU it was the last in a batch, or all behind it load; on PIM others may run on other groups.
        if (this.kv.kind === "gpu") break;
        continue;
      }
      this.addToBatch(batch, row, tokens, 0);
      budget -= tokens;
      i++;
    }
    return budget;
  }

  /**
   * Blocks for `tokens` more tokens, preempting from the tail if need be; false where there are none: `row` itself was
   * preempted or, where all behind it load, waits until they can be.
   */
  private growOrPreempt(row: number, tokens: number, batch: Batch): boolean {
    const { requests } = this;
    const group = requests.group[row];
    const cache = this.cacheOf(group);
    const table = group < 0 ? requests.gpuBlocks[row] : requests.pimBlocks[row];
    while (!cache.grow(table, requests.computed[row] + tokens)) {
      const victim = this.lastRunningOn(group);
      // Were it preempted, those that load would come before it, and so on in a circle.
      if (victim === row && row !== this.running.at(-1) && this.host) {
        this.isStalled = true;
        return false;
      }
      this.preempt(victim);
      batch.preempted++;
      if (victim === row) return false;
    }
    return true;
  }

  /** The one to go: there is one, since whoever needs blocks is not pinned and has been loaded. */
  private lastRunningOn(group: number): number {
    let i = this.running.length - 1;
    while (!this.mayBePreempted(this.running[i], group)) i--;
    return this.running[i];
  }

  /** Blocks that a load is written to cannot be given away. */
  private mayBePreempted(row: number, group: number): boolean {
    const { requests } = this;
    // Striped requests all draw on the same blocks.
    const drawsOnThem = Boolean(this.groups?.stripes) || requests.group[row] === group;
    return drawsOnThem && requests.loading[row] !== LOADING && !this.isPinned(row);
  }

  private preempt(row: number): void {
    const { requests } = this;
    this.dissolveCohort();
    this.running.splice(this.running.lastIndexOf(row), 1);
    this.host?.swapOut(row, requests.contents[row], requests.gpuBlocks[row].cached, requests.computed[row]);
    this.releaseKv(row);
    requests.running[row] = 0;
    requests.loading[row] = 0;
    requests.computed[row] = 0;
    requests.preemptions[row]++;
    this.preemptions++;
    this.waiting.pushFront(row);
  }

  /** Admits who fits; says what holds back the first who does not. */
  private scheduleWaiting(batch: Batch, tokenBudget: number): HeldBy | null {
    const { requests, waiting } = this;
    let budget = tokenBudget;
    const mayAdmit = waiting.size > 0 && this.running.length < this.maxSeqs && budget > 0;
    if (mayAdmit) this.countGroupLoads();
    if (this.groups?.placement.longestFirst) this.groups.plan(this.candidates(tokenBudget));
    while (waiting.size > 0) {
      if (this.running.length >= this.maxSeqs) return "sequences";
      if (budget <= 0) return "tokens";
      const row = waiting.first;
      // A token of it is still in flight: how far it has to catch up is known when that has been processed.
      if (requests.inFlight[row] > 0) return "memory";
      const tokens = this.admit(row, 0, budget, batch);
      if (tokens === 0) return this.refusal;
      waiting.popFront();
      if (requests.loading[row]) continue;
      this.addToBatch(batch, row, tokens, requests.computed[row] - this.freshTokens);
      budget -= tokens;
    }
    return null;
  }

  /** The waiting requests that a step may admit, if no prefix hit saves it tokens. */
  private candidates(tokenBudget: number): Candidate[] {
    const { requests, waiting } = this;
    const found: Candidate[] = [];
    let budget = tokenBudget;
    for (let i = 0; i < waiting.size && budget > 0 && this.running.length + i < this.maxSeqs; i++) {
      const row = waiting.at(i);
      found.push({ row, tokens: requests.reached[row] });
      budget -= Math.min(requests.reached[row], this.threshold);
    }
    return found;
  }

  /**
   * Moves a request to the running set if its KV fits.
   *
   * @param computedTokens tokens that another instance has computed; a prefix hit here may be longer
   * @param budget tokens that the step has left
   * @param batch the step's batch, which learns whose K and V the request needs of it
   * @returns tokens to compute in its first step, 0 where it has to wait; the first step is this one unless it is `loading`
   */
  admit(row: number, computedTokens: number, budget: number, batch: Batch): number {
    const { requests, limits } = this;
    const contents = requests.contents[row];
    const reached = requests.reached[row];
    // Blocks that must be free for it to start, counted in tokens.
    const needed = (computed: number): number =>
      this.isPinned(row)
        ? this.finalTokens(row)
        : limits.reserveFullIsl
          ? reached
          : computed + this.firstChunk(row, computed, budget);
    let group = -1;
    let hits = 0;
    let known = computedTokens;
    this.refusal = "memory";
    if (this.groups) {
      const placed = this.groups.place(
        contents,
        reached,
        (hitTokens) => needed(Math.max(computedTokens, hitTokens)),
        row,
      );
      if (!placed) return 0;
      if (this.kv.kind === "pim-after-prefill" && !this.gpu.fits(null, 0, reached)) return 0;
      ({ group, hits } = placed);
    } else {
      hits = this.gpu.hitBlocks(contents, reached);
      known = Math.max(known, this.host?.knownTokens(row, contents, hits, reached) ?? 0);
      if (!this.gpu.fits(contents, hits, needed(Math.max(known, hits * limits.blockSize)))) return 0;
    }
    const computed = Math.max(known, hits * limits.blockSize);
    const tokens = this.firstChunk(row, computed, budget);
    if (tokens === 0) {
      this.refusal = "tokens";
      return 0;
    }
    const lost = this.host?.swappedTokens(row) || reached;
    if (this.host?.admit(row, contents, hits, computed)) requests.loading[row] = LOADING;
    this.takeKv(row, group, hits, computed + tokens, batch);
    if (group >= 0) this.groups?.addPrefill(group, computed, tokens);
    this.countAdmission(row, computed, lost);
    requests.computed[row] = computed;
    requests.running[row] = 1;
    requests.prefilling[row] = 1;
    this.running.push(row);
    return tokens;
  }

  /** Tokens of a request's first step behind `computed` others; 0 where it may not be cut and the step has too few left. */
  private firstChunk(row: number, computed: number, budget: number): number {
    const tokens = Math.min(this.requests.reached[row] - computed, this.threshold);
    // Recomputed after a preemption, a request may have outgrown every step: then only cutting it lets it go on.
    const mayBeCut = this.limits.enableChunkedPrefill || tokens > this.maxTokens;
    return mayBeCut || tokens <= budget ? Math.min(tokens, budget) : 0;
  }

  private takeKv(row: number, group: number, hits: number, tokens: number, batch: Batch): void {
    const { requests } = this;
    const contents = requests.contents[row];
    this.freshTokens = 0;
    // Who waits for a load takes no part in this step.
    const onFresh = (writer: number): void => {
      if (requests.loading[row]) return;
      this.freshTokens += this.limits.blockSize;
      batch.dependOn(writer);
    };
    if (group < 0) {
      this.gpu.takeHits(requests.gpuBlocks[row], contents, hits, this.step, onFresh);
      this.gpu.grow(requests.gpuBlocks[row], tokens);
      return;
    }
    const cache = this.cacheOf(group);
    cache.takeHits(requests.pimBlocks[row], contents, hits, this.step, onFresh);
    cache.grow(requests.pimBlocks[row], this.isPinned(row) ? this.finalTokens(row) : tokens);
    if (this.kv.kind === "pim-after-prefill") this.gpu.grow(requests.gpuBlocks[row], requests.reached[row]);
    requests.group[row] = group;
    this.countGroupLoad(row);
  }

  /** @param lost tokens to be computed again but for what is found */
  private countAdmission(row: number, computed: number, lost: number): void {
    const { requests } = this;
    if (requests.preemptions[row] === 0) {
      this.prefixHitTokens += computed;
    } else {
      this.recomputedTokens += Math.max(0, lost - computed);
    }
  }

  private addToBatch(batch: Batch, row: number, tokens: number, hits: number): void {
    const { requests } = this;
    const context = requests.computed[row];
    const computed = context + tokens;
    const samples = computed === requests.reached[row];
    batch.add({
      row,
      tokens,
      context,
      prefill: requests.prefilling[row] === 1,
      samples,
      group: requests.group[row],
      hits,
      order: requests.order[row],
    });
    requests.computed[row] = computed;
    requests.loading[row] = 0;
    requests.inFlight[row]++;
    this.cacheComputed(row, this.step, batch.size - 1);
    if (samples) {
      requests.reached[row]++;
      requests.prefilling[row] = 0;
      if (requests.group[row] >= 0) this.countGroupLoad(row);
    }
  }

  /** Full blocks become findable once their tokens are known: those in flight have no id yet. */
  private cacheComputed(row: number, step = -1, writer = -1): void {
    const { requests, cohort } = this;
    if (cohort.has(row)) this.cacheFull(row, cohort.computedOf(row), cohort.producedOf(row), step, writer);
    else this.cacheFull(row, requests.computed[row], requests.produced[row], step, writer);
  }

  private cacheFull(row: number, computed: number, produced: number, step: number, writer: number): void {
    const { inputTokens, contents, group } = this.requests;
    const known = Math.min(computed, inputTokens[row] + produced);
    this.cacheOf(group[row]).cacheFull(this.tableOf(row), contents[row], known, step, writer);
  }

  /** The blocks of a request where its KV stays. */
  private tableOf(row: number): BlockTable {
    const { group, gpuBlocks, pimBlocks } = this.requests;
    return group[row] < 0 ? gpuBlocks[row] : pimBlocks[row];
  }

  private endPrefill(row: number): void {
    if (this.kv.kind === "pim-after-prefill") this.gpu.release(this.requests.gpuBlocks[row]);
  }

  /** Brings the loads of the groups up to the tokens that requests have reached: they are asked for where one is placed. */
  countGroupLoads(): void {
    if (!this.groups) return;
    this.cohort.settle();
    for (const row of this.running) this.countGroupLoad(row);
  }

  /** Brings what a request counts on its group up to the tokens that it has reached. */
  private countGroupLoad(row: number): void {
    const { requests, groups } = this;
    if (!groups) return;
    const load = Math.max(requests.inputTokens[row], requests.reached[row]);
    const context = requests.reached[row];
    groups.recount(requests.group[row], requests.groupLoad[row], requests.groupContext[row], load, context);
    requests.groupLoad[row] = load;
    requests.groupContext[row] = context;
  }

  /** The KV memory of a group, or of the GPU. */
  private cacheOf(group: number): KvMemory {
    return group < 0 || !this.groups ? this.gpu : this.groups.caches[group];
  }

  /** Tokens that a request stores K and V of in the end: the last one is never attended to. */
  private finalTokens(row: number): number {
    return this.requests.inputTokens[row] + this.requests.outputTokens[row] - 1;
  }

  /**
   * Whether a request may never be preempted: to be recomputed it would need its whole sequence on the GPU, and there is
   * no room for it. It gets all of its PIM blocks at admission.
   */
  private isPinned(row: number): boolean {
    return this.kv.kind === "pim-after-prefill" && this.gpu.blocksFor(this.finalTokens(row)) > this.gpu.pool.count;
  }

  private releaseKv(row: number): void {
    const { requests } = this;
    this.gpu.release(requests.gpuBlocks[row]);
    const group = requests.group[row];
    if (group < 0) return;
    this.cacheOf(group).release(requests.pimBlocks[row]);
    this.groups?.recount(group, requests.groupLoad[row], requests.groupContext[row], 0, 0);
    requests.groupLoad[row] = 0;
    requests.groupContext[row] = 0;
    requests.group[row] = -1;
  }
}
