import { BlockNumbers, createChunkBuilder } from "@tandem-sim/workload";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Batch,
  type BlockPool,
  type BlockTable,
  ChannelGroups,
  HostKvCache,
  type KvPlacement,
  type PlacementSource,
  placements,
  RequestTable,
  Scheduler,
  type SchedulerLimits,
} from "../src/index.js";

interface Case {
  limits: SchedulerLimits;
  kind: KvPlacement["kind"];
  groups: number;
  /** KV blocks of a stripe; 0: a request is on one group. */
  stripeBlocks: number;
  placement: keyof typeof placements;
  /** Blocks of each memory beyond those that the longest request needs. */
  spareBlocks: number;
  /** Blocks of host memory behind the GPU's, none for 0, and how many steps a load takes. */
  hostBlocks: number;
  loadSteps: number;
  /** Batches in flight. */
  depth: number;
  requests: { input: number; output: number; family: number; shared: number; arrivesAtStep: number }[];
}

const limit = (max: number) => fc.oneof(fc.constant(0), fc.integer({ min: 1, max }));

const cases: fc.Arbitrary<Case> = fc.record({
  limits: fc.record({
    blockSize: fc.constantFrom(1, 2, 3, 4, 8),
    maxNumSeqs: limit(6),
    maxNumBatchedTokens: limit(40),
    longPrefillTokenThreshold: limit(10),
    enableChunkedPrefill: fc.boolean(),
    enablePrefixCaching: fc.boolean(),
    reserveFullIsl: fc.boolean(),
  }),
  kind: fc.constantFrom("gpu", "pim", "pim-after-prefill"),
  groups: fc.integer({ min: 1, max: 3 }),
  stripeBlocks: fc.constantFrom(0, 0, 1, 2),
  placement: fc.constantFrom("time", "tokens", "neupims" as const),
  spareBlocks: fc.nat({ max: 12 }),
  hostBlocks: fc.constantFrom(0, 1, 8, 40),
  loadSteps: fc.nat({ max: 3 }),
  depth: fc.constantFrom(1, 2),
  requests: fc.array(
    fc.record({
      input: fc.integer({ min: 1, max: 40 }),
      output: fc.integer({ min: 1, max: 24 }),
      family: fc.nat({ max: 2 }),
      shared: fc.nat({ max: 40 }),
      arrivesAtStep: fc.nat({ max: 20 }),
    }),
    { minLength: 1, maxLength: 14 },
  ),
});

/** `expect` takes microseconds, and some claims are made of every block after every step. */
function claim(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

const source: PlacementSource = {
  timesNs: {
    decode: (context) => 30 + 2 * context,
    prefill: (context, tokens) => tokens * (30 + 2 * context),
  },
  heads: 8,
  headDim: 16,
  rowElements: 32,
  banks: 4,
};

/** A serving run whose every state is checked. */

class CheckedRun {
  readonly table = new RequestTable();
  readonly scheduler: Scheduler;
  readonly finished: number[] = [];
  /** All batches, for people. */
  readonly batches: string[] = [];
  private readonly limits: SchedulerLimits;
  private readonly kv: KvPlacement;
  private readonly numbers = new BlockNumbers();
  private readonly live = new Set<number>();
  private readonly produced = new Map<number, number>();
  /** Whose token the latest batch gives. */
  private sampled = new Set<number>();
  /** Steps left until the KV of a request is there, by its row. */
  private readonly loading = new Map<number, number>();

  constructor(
    private readonly given: Case,
    withCohort: boolean,
  ) {
    const longest = Math.max(...given.requests.map(({ input, output }) => input + output));
    // Each request fits alone: into the step where prompts may not be cut, and into every memory.
    const fits = given.limits.enableChunkedPrefill || given.limits.maxNumBatchedTokens === 0;
    this.limits = { ...given.limits, maxNumBatchedTokens: fits ? given.limits.maxNumBatchedTokens : longest };
    const { stripeBlocks } = given;
    const needed = Math.ceil((longest - 1) / given.limits.blockSize);
    const blocks = needed + given.spareBlocks;
    const perGroup = stripeBlocks > 0 ? Math.ceil(needed / stripeBlocks / given.groups) * stripeBlocks : needed;
    const groups = new ChannelGroups(
      given.groups,
      perGroup + given.spareBlocks,
      this.limits.blockSize,
      this.limits.enablePrefixCaching,
      placements[given.placement](source),
      stripeBlocks > 0
        ? { blocks: stripeBlocks, tokensOfPiece: (tokens, piece) => this.tokensOn(piece, 0, tokens) }
        : null,
    );
    // Every other request is swapped out.
    const host =
      given.hostBlocks > 0
        ? new HostKvCache(given.hostBlocks, this.limits.blockSize, (tokens) => tokens % 2 === 0)
        : null;
    this.kv =
      given.kind === "gpu" ? { kind: "gpu", gpuBlocks: blocks, host } : { kind: given.kind, groups, gpuBlocks: blocks };
    this.scheduler = new Scheduler(this.table, this.limits, this.kv, withCohort);
  }

  arrive(id: number): void {
    const { input, output, family, shared } = this.given.requests[id]!;
    const ids = Int32Array.from(
      { length: input + output },
      (_, i) => (i < shared ? 1000 * family : 7919 * (id + 1)) + i,
    );
    const chunk = createChunkBuilder();
    chunk.add(input, output, 0, ids.subarray(0, input), ids.subarray(input));
    const row = this.table.add({
      id,
      inputTokens: input,
      outputTokens: output,
      contents: this.limits.enablePrefixCaching ? this.numbers.of(chunk.take(), 0, this.limits.blockSize) : null,
    });
    this.live.add(row);
    this.scheduler.enqueue(row);
  }

  schedule(): Batch | null {
    const batch = this.scheduler.schedule();
    if (batch) {
      this.checkBatch(batch);
      this.batches.push(this.listed(batch));
    }
    this.checkLoads();
    this.checkMemories();
    return batch;
  }

  private listed(batch: Batch): string {
    const { size, dependencies, readers, writers, heldBy, preempted } = batch;
    const requests = Array.from({ length: size }, (_, i) => [
      this.table.id[batch.rows[i]!],
      batch.tokens[i],
      batch.context[i],
      batch.prefill[i],
      batch.samples[i],
      batch.group[i],
      batch.hits[i],
      batch.order[i],
    ]);
    const needs = Array.from({ length: dependencies }, (_, k) => [readers[k], writers[k]]);
    return JSON.stringify({ requests, needs, heldBy, preempted });
  }

  complete(batch: Batch): void {
    for (let i = 0; i < batch.size; i++) {
      const id = this.table.id[batch.rows[i]!]!;
      this.produced.set(id, (this.produced.get(id) ?? 0) + batch.samples[i]!);
    }
    const ended: number[] = [];
    this.scheduler.complete(batch, ended);
    for (const row of ended) {
      const id = this.table.id[row]!;
      this.finished.push(id);
      const { output } = this.given.requests[id]!;
      claim(this.produced.get(id) === output, "a request ends with exactly its tokens");
      this.live.delete(row);
      this.table.remove(row);
    }
    this.checkMemories();
  }

  /** A step passes: loads that are under way come closer. */
  passStep(): void {
    for (const [row, left] of this.loading) {
      this.loading.set(row, left - 1);
      if (left > 0) continue;
      this.loading.delete(row);
      this.scheduler.endLoad(row);
    }
  }

  private checkLoads(): void {
    const { table, scheduler, given } = this;
    for (const { row, blocks } of scheduler.host?.takeMoves().loads ?? []) {
      claim(blocks > 0 && blocks <= given.hostBlocks, "a load is of what host memory can hold");
      this.loading.set(row, given.loadSteps);
    }
    for (const row of this.live) {
      claim((table.loading[row] === 1) === this.loading.has(row), "who loads has asked for it");
    }
    claim((scheduler.host?.used ?? 0) <= given.hostBlocks, "host memory is large enough for what is there");
  }

  private checkBatch(batch: Batch): void {
    for (const row of batch.rows.subarray(0, batch.size)) {
      claim(this.table.loading[row] === 0, "who loads is in no batch");
    }
    const { maxNumSeqs, maxNumBatchedTokens, longPrefillTokenThreshold } = this.limits;
    const tokens = Array.from(batch.tokens.subarray(0, batch.size));
    const most = (limit: number): number => (limit === 0 ? Number.POSITIVE_INFINITY : limit);
    claim(batch.totalTokens === tokens.reduce((sum, n) => sum + n, 0), "a batch's tokens are those of its requests");
    claim(Math.min(...tokens) > 0, "each request of a batch computes something");
    claim(batch.totalTokens <= most(maxNumBatchedTokens), "the token limit holds");
    claim(this.scheduler.running.length <= most(maxNumSeqs), "the sequence limit holds");
    claim(Math.max(...tokens) <= most(longPrefillTokenThreshold), "the long-prefill threshold holds");
    claim(new Set(batch.rows.subarray(0, batch.size)).size === batch.size, "a request is in a batch once");
    this.checkCohort(batch);
  }

  private checkCohort(batch: Batch): void {
    const { cohort, rows, tokens, samples, context } = batch;
    const { size, continuing, contextSum, longest, shortest } = cohort;
    // A cohort that a preemption has ended leaves a batch of requests that go on.
    claim(continuing <= (size || batch.size), "who goes on is in the cohort");
    for (let i = 0; i < size; i++) claim(tokens[i] === 1 && samples[i] === 1, "each of a cohort decodes");
    for (const row of rows.subarray(0, continuing)) {
      claim(this.sampled.has(row), "who goes on had a token of the batch before");
    }
    if (size > 0) {
      const contexts = [...context.subarray(0, size)];
      const sum = contexts.reduce((total, tokens) => total + tokens, 0);
      claim(sum === contextSum, "contexts are counted");
      claim(Math.max(...contexts) === longest && Math.min(...contexts) === shortest, "so are their extremes");
    }
    this.sampled = new Set(rows.subarray(0, batch.size).filter((_, i) => samples[i] === 1));
  }

  private checkMemories(): void {
    const { table, kv } = this;
    const { blockSize } = this.limits;
    if (kv.kind !== "pim") this.checkMemory(this.scheduler.gpu.pool, table.gpuBlocks, () => true);
    if (kv.kind === "gpu") return;
    this.scheduler.countGroupLoads();
    const { costs } = kv.groups.placement;
    const placed = [...this.live].filter((row) => table.group[row]! >= 0);
    kv.groups.pools.forEach((pool, group) => {
      this.checkMemory(pool, table.pimBlocks, (row, at) => this.groupOf(table.group[row]!, at * blockSize) === group);
      const sum = (of: (row: number) => number): number => placed.reduce((total, row) => total + of(row), 0);
      const load = sum((row) =>
        this.tokensOn(group, table.group[row]!, Math.max(table.inputTokens[row]!, table.reached[row]!)),
      );
      claim(kv.groups.tokens[group] === load, "a group's load is the tokens of its requests");
      const decodes = sum((row) => {
        const context = this.tokensOn(group, table.group[row]!, table.reached[row]!);
        return context > 0 ? costs.decode(context) : 0;
      });
      claim(kv.groups.decodes[group] === decodes, "a group's time is that of its requests' next decodes");
    });
    for (const row of this.live) {
      claim((table.running[row] === 1) === table.group[row]! >= 0, "running requests are on a group, others are not");
    }
  }

  /** The group of a token of a request that starts on `start`. */
  private groupOf(start: number, token: number): number {
    const { stripeBlocks, groups, limits } = this.given;
    if (stripeBlocks === 0) return start;
    return (start + Math.floor(token / (stripeBlocks * limits.blockSize))) % groups;
  }

  /** Of the first `tokens` of a request that starts on `start`, those on a group, counted one by one. */
  private tokensOn(group: number, start: number, tokens: number): number {
    let found = 0;
    for (let token = 0; token < tokens; token++) if (this.groupOf(start, token) === group) found++;
    return found;
  }

  /** Reference counts agree with block tables; a block is in two tables only as the same part of the same prefix. */
  private checkMemory(pool: BlockPool, tables: BlockTable[], isHere: (row: number, at: number) => boolean): void {
    const { table } = this;
    const { blockSize } = this.limits;
    const uses = new Int32Array(pool.count);
    const firstUser = new Map<number, { row: number; at: number }>();
    const holdsAll = this.kv.kind !== "pim-after-prefill" || pool !== this.scheduler.gpu.pool;
    for (const row of this.live) {
      const { blocks } = tables[row]!;
      if (holdsAll) claim(blocks.length * blockSize >= table.computed[row]!, "computed tokens have blocks");
      claim(table.running[row] === 1 || blocks.length === 0, "who does not run holds no block");
      blocks.forEach((block, at) => {
        if (!isHere(row, at)) return;
        uses[block]!++;
        const first = firstUser.get(block);
        if (!first) firstUser.set(block, { row, at });
        else {
          claim(first.row !== row && first.at === at, "a shared block is the same part of different requests");
          claim(table.contents[row]![at] === table.contents[first.row]![at], "a shared block has one content");
        }
      });
    }
    uses.forEach((count, block) => {
      claim(pool.referencesOf(block) === count, "reference counts agree with block tables");
    });
    claim(pool.free === pool.count - firstUser.size, "what is in no table is free");
  }
}

function serve(given: Case, withCohort = true): CheckedRun {
  const run = new CheckedRun(given, withCohort);
  const inFlight: Batch[] = [];
  const tokens = given.requests.reduce((sum, { input, output }) => sum + input + output, 0);
  // A request may be computed anew for each preemption; far more steps than that are a livelock.
  const bound = 50 * (tokens + 20);
  for (let step = 0; run.finished.length < given.requests.length; step++) {
    claim(step < bound, "it comes to an end");
    given.requests.forEach(({ arrivesAtStep }, id) => {
      if (arrivesAtStep === step) run.arrive(id);
    });
    while (inFlight.length < given.depth) {
      const batch = run.schedule();
      if (!batch) break;
      inFlight.push(batch);
    }
    const done = inFlight.shift();
    if (done) run.complete(done);
    run.passStep();
  }
  return run;
}

test("whatever arrives and whatever the limits, each request ends once with its tokens, and all memory returns", () => {
  fc.assert(
    fc.property(cases, (given) => {
      const { finished, scheduler } = serve(given);
      expect([...finished].sort((a, b) => a - b)).toEqual(given.requests.map((_, id) => id));
      expect(scheduler.outstanding).toBe(0);
      expect(scheduler.gpu.pool.free).toBe(scheduler.gpu.pool.count);
      for (const pool of scheduler.groups?.pools ?? []) expect(pool.free).toBe(pool.count);
      for (const group of scheduler.groups?.caches.keys() ?? []) {
        expect([scheduler.groups!.tokens[group], scheduler.groups!.decodes[group]]).toEqual([0, 0]);
      }
    }),
    { numRuns: 400 },
  );
});

test("a cohort of decodes that advances by a clock makes the batches that looking at every request makes", () => {
  const trace = (given: Case, withCohort: boolean): unknown[] => {
    const { batches, finished, scheduler } = serve(given, withCohort);
    const { host, preemptions, recomputedTokens, prefixHitTokens } = scheduler;
    return [batches, finished, host?.swaps, preemptions, recomputedTokens, prefixHitTokens];
  };
  fc.assert(
    fc.property(cases, (given) => {
      expect(trace(given, true)).toEqual(trace(given, false));
    }),
    { numRuns: 200 },
  );
});
