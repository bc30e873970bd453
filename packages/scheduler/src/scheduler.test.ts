import { describe, expect, onTestFinished, test, vi } from "vitest";
import { noTimes, Serving } from "../test/serving.js";
import type { Batch } from "./batch.js";
import { ChannelGroups } from "./channel-groups.js";
import type { KvPlacement } from "./scheduler.js";
import { WaitingQueue } from "./waiting-queue.js";

const gpu = (gpuBlocks: number): KvPlacement => ({ kind: "gpu", gpuBlocks });
const plenty = gpu(1000);
const onPim = (groups: number, blocks: number, blockSize = 4): KvPlacement => ({
  kind: "pim",
  groups: new ChannelGroups(groups, blocks, blockSize, true, noTimes),
});

describe("a step", () => {
  test("serves running requests first, in order of admission, then admits", () => {
    const serving = new Serving(plenty);
    serving.arrive("a", 6, 3);
    serving.arrive("b", 5, 3);
    expect(serving.step()).toEqual([
      ["a", 6],
      ["b", 5],
    ]);
    serving.arrive("c", 7, 1);
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 7],
    ]);
    expect(serving.finished).toEqual(["c"]);
    serving.step();
    expect(serving.finished).toEqual(["c", "a", "b"]);
    expect(serving.step()).toEqual([]);
    expect(serving.scheduler.outstanding).toBe(0);
  });

  test("gives a request one token per step once its prompt is computed: as many steps as output tokens", () => {
    const serving = new Serving(plenty);
    serving.arrive("a", 6, 4);
    expect([serving.step(), serving.step(), serving.step(), serving.step(), serving.step()]).toEqual([
      [["a", 6]],
      [["a", 1]],
      [["a", 1]],
      [["a", 1]],
      [],
    ]);
  });

  test("cuts a prompt to what is left of the token limit; running requests are served before others are admitted", () => {
    const serving = new Serving(plenty, { maxNumBatchedTokens: 8 });
    serving.arrive("a", 12, 2);
    serving.arrive("b", 3, 2);
    expect(serving.step()).toEqual([["a", 8]]);
    expect(serving.step()).toEqual([
      ["a", 4],
      ["b", 3],
    ]);
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });

  test("without chunked prefill lets a prompt that is too long for the rest of the step wait", () => {
    const serving = new Serving(plenty, { maxNumBatchedTokens: 8, enableChunkedPrefill: false });
    serving.arrive("a", 6, 2);
    serving.arrive("b", 6, 2);
    expect(serving.step()).toEqual([["a", 6]]);
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 6],
    ]);
  });

  test("gives one request no more tokens than the long-prefill threshold, so that others start beside it", () => {
    const serving = new Serving(plenty, { maxNumBatchedTokens: 8, longPrefillTokenThreshold: 5 });
    serving.arrive("a", 12, 1);
    serving.arrive("b", 2, 1);
    expect(serving.step()).toEqual([
      ["a", 5],
      ["b", 2],
    ]);
    expect(serving.step()).toEqual([["a", 5]]);
    expect(serving.step()).toEqual([["a", 2]]);
  });

  test("runs no more requests than there are sequence slots", () => {
    const serving = new Serving(plenty, { maxNumSeqs: 2 });
    for (const name of ["a", "b", "c"]) serving.arrive(name, 2, 2);
    expect(serving.step()).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
    serving.step();
    expect(serving.step()).toEqual([["c", 2]]);
  });

  test("takes limits of 0 as unlimited", () => {
    const serving = new Serving(gpu(100_000));
    for (let i = 0; i < 500; i++) serving.arrive(`${i}`, 100, 1);
    expect(serving.schedule()).toMatchObject({ size: 500, totalTokens: 50_000 });
  });
});

describe("prefix hits", () => {
  test("spare their tokens; the first batch carries them as context and as hits", () => {
    const serving = new Serving(plenty);
    serving.arrive("a", 9, 1, [11, 12]);
    serving.step();
    serving.arrive("b", 11, 1, [11, 12]);
    const batch = serving.schedule();
    expect(serving.list(batch)).toEqual([["b", 3]]);
    expect([batch.context[0], batch.hits[0], batch.prefill[0]]).toEqual([8, 8, 1]);
    expect(serving.scheduler.prefixHitTokens).toBe(8);
  });

  test("of a full prompt still leave one token to compute, with its whole last block", () => {
    const serving = new Serving(plenty);
    serving.arrive("a", 9, 1, [11, 12]);
    serving.step();
    serving.arrive("b", 8, 1, [11, 12]);
    expect(serving.step()).toEqual([["b", 4]]);
    serving.arrive("c", 9, 1, [11, 12]);
    expect(serving.step()).toEqual([["c", 1]]);
  });

  test("share what a request computed a step ago while it runs, its outputs included once they are known", () => {
    const serving = new Serving(plenty);
    // 6 + 6 tokens: block 1 is full when the second output token has been computed.
    serving.arrive("a", 6, 6, [11, 12, 13]);
    for (let i = 0; i < 3; i++) serving.step();
    serving.arrive("b", 20, 1, [11, 12, 13, 14, 15]);
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 12],
    ]);
  });

  test("do not exist with caching off", () => {
    const serving = new Serving(plenty, { enablePrefixCaching: false });
    serving.arrive("a", 9, 1, [11, 12]);
    serving.step();
    serving.arrive("b", 9, 1, [11, 12]);
    expect(serving.step()).toEqual([["b", 9]]);
  });
});

describe("full-sequence reservation", () => {
  const chunked = { maxNumBatchedTokens: 8 };

  test("admits a prompt only where all of it fits beside those that run", () => {
    const serving = new Serving(gpu(3), chunked);
    serving.arrive("a", 4, 4);
    serving.arrive("b", 12, 1);
    expect(serving.step()).toEqual([["a", 4]]);
    serving.step();
    serving.step();
    serving.step();
    expect(serving.step()).toEqual([["b", 8]]);
  });

  test("off, the first chunk is enough", () => {
    const serving = new Serving(gpu(3), { ...chunked, reserveFullIsl: false });
    serving.arrive("a", 4, 4);
    serving.arrive("b", 12, 1);
    expect(serving.step()).toEqual([
      ["a", 4],
      ["b", 4],
    ]);
  });

  test("keeps the order: nobody overtakes a request that does not fit yet", () => {
    const serving = new Serving(gpu(3), chunked);
    serving.arrive("a", 4, 9);
    serving.arrive("b", 12, 1);
    serving.arrive("c", 1, 1);
    expect(serving.step()).toEqual([["a", 4]]);
    expect(serving.running).toEqual(["a"]);
  });
});

describe("preemption", () => {
  test("takes the last running request, not the one that needs the block", () => {
    const serving = new Serving(gpu(3), { blockSize: 2 });
    serving.arrive("a", 2, 4);
    serving.arrive("b", 1, 4);
    serving.arrive("c", 2, 4);
    serving.step();
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
    expect(serving.running).toEqual(["a", "b"]);
    expect(serving.scheduler.preemptions).toBe(1);
    expect(serving.table.preemptions[serving.row("c")]).toBe(1);
  });

  test("takes the request itself where it is the last", () => {
    const serving = new Serving(gpu(3), { blockSize: 2 });
    serving.arrive("a", 2, 3);
    serving.arrive("b", 2, 3);
    serving.step();
    expect(serving.step()).toEqual([["a", 1]]);
    expect(serving.running).toEqual(["a"]);
  });

  test("keeps everyone out for its step, even the preempted request that would fit again", () => {
    const serving = new Serving(gpu(3), { blockSize: 2, longPrefillTokenThreshold: 2, reserveFullIsl: false });
    serving.arrive("a", 2, 3);
    serving.arrive("b", 4, 3);
    serving.step();
    // a takes the last block; b leaves one, which its first two tokens would fit into.
    expect(serving.step()).toEqual([["a", 1]]);
    expect(serving.scheduler.gpu.pool.free).toBe(1);
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("sends the request to the front of the queue, where it finds what is still cached", () => {
    const serving = new Serving(gpu(3), { blockSize: 2 });
    serving.arrive("a", 2, 3, [11, 12]);
    serving.arrive("b", 2, 3, [21, 22]);
    serving.step();
    serving.arrive("c", 1, 1);
    serving.step();
    // a takes its third and last token; b needs two blocks and there is one; c may not overtake it.
    expect(serving.step()).toEqual([["a", 1]]);
    // b has reached 3 tokens: block 21 is cached still, the third is computed again.
    expect(serving.step()).toEqual([
      ["b", 1],
      ["c", 1],
    ]);
    expect(serving.scheduler.recomputedTokens).toBe(1);
    serving.step();
    expect(serving.finished).toEqual(["a", "c", "b"]);
    expect(serving.table.produced[serving.row("b")]).toBe(3);
  });

  test("without token ids has the request compute all that it had reached, prompt and output", () => {
    const serving = new Serving(gpu(3), { blockSize: 2 });
    serving.arrive("a", 2, 3);
    serving.arrive("b", 2, 3);
    for (let i = 0; i < 3; i++) serving.step();
    expect(serving.step()).toEqual([["b", 3]]);
    expect(serving.scheduler.recomputedTokens).toBe(3);
  });

  test("never makes room for another's admission", () => {
    const serving = new Serving(gpu(2), { blockSize: 2 });
    serving.arrive("a", 3, 2);
    serving.step();
    serving.arrive("b", 2, 1);
    expect(serving.step()).toEqual([["a", 1]]);
    expect(serving.scheduler.preemptions).toBe(0);
  });
});

describe("two batches in flight", () => {
  test("hold the same request twice: the second batch computes the token that the first will yield", () => {
    const serving = new Serving(plenty);
    serving.arrive("a", 5, 3);
    const first = serving.schedule();
    const second = serving.schedule();
    expect([serving.list(first), serving.list(second)]).toEqual([[["a", 5]], [["a", 1]]]);
    expect([first.context[0], second.context[0]]).toEqual([0, 5]);
    expect([first.prefill[0], second.prefill[0]]).toEqual([1, 0]);
  });

  test("do not compute past a request's length; its slot and blocks return when its last token is there", () => {
    const serving = new Serving(gpu(2), { maxNumSeqs: 1 });
    serving.arrive("a", 4, 2);
    serving.arrive("b", 4, 1);
    const first = serving.schedule();
    const second = serving.schedule();
    expect(serving.list(second)).toEqual([["a", 1]]);
    expect(serving.schedule().size).toBe(0);
    serving.complete(first);
    expect(serving.schedule().size).toBe(0);
    expect(serving.scheduler.gpu.pool.free).toBe(0);
    serving.complete(second);
    expect(serving.finished).toEqual(["a"]);
    expect(serving.scheduler.gpu.pool.free).toBe(2);
    expect(serving.step()).toEqual([["b", 4]]);
  });

  test("keep a preempted request out until its token in flight has been processed", () => {
    const serving = new Serving(gpu(3), { blockSize: 2, longPrefillTokenThreshold: 2, reserveFullIsl: false });
    serving.arrive("a", 2, 3);
    serving.arrive("b", 2, 3);
    const first = serving.schedule();
    const second = serving.schedule();
    expect(serving.list(second)).toEqual([["a", 1]]);
    // b would fit, but nobody knows yet how far it has to catch up.
    const third = serving.schedule();
    expect(serving.list(third)).toEqual([["a", 1]]);
    serving.complete(first);
    expect(serving.list(serving.schedule())).toEqual([["b", 2]]);
    expect(serving.table.produced[serving.row("b")]).toBe(1);
  });

  test("let a request finish that was preempted with its last token in flight", () => {
    const serving = new Serving(gpu(3), { blockSize: 2 });
    serving.arrive("a", 2, 4);
    serving.arrive("b", 2, 2);
    serving.arrive("c", 1, 1);
    const first = serving.schedule();
    // c goes: its only token is in flight. a and b then have the blocks that they need.
    const second = serving.schedule();
    expect(serving.list(second)).toEqual([["a", 1]]);
    expect(serving.running).not.toContain("c");
    serving.complete(first);
    expect(serving.finished).toEqual(["c"]);
    serving.complete(second);
    while (serving.step().length > 0);
    expect(serving.finished).toEqual(["c", "a", "b"]);
    expect(serving.scheduler.waiting.size).toBe(0);
    expect(serving.scheduler.gpu.pool.free).toBe(3);
  });

  test("do not share a block before its tokens are known", () => {
    const serving = new Serving(plenty, { blockSize: 2 });
    serving.arrive("a", 3, 3, [11, 12, 13]);
    const first = serving.schedule();
    const second = serving.schedule();
    // The fourth token, which fills block 12, is the one that the first batch yields.
    const { gpu: cache } = serving.scheduler;
    expect(cache.hitBlocks(Int32Array.of(11, 12), 100)).toBe(1);
    serving.complete(first);
    expect(cache.hitBlocks(Int32Array.of(11, 12), 100)).toBe(2);
    serving.complete(second);
  });
});

describe("on PIM", () => {
  test("16 requests admitted in one step spread evenly, two on each of 8 groups", () => {
    const serving = new Serving(onPim(8, 100));
    for (let i = 0; i < 16; i++) serving.arrive(`${i}`, 128, 4);
    const batch = serving.schedule();
    expect(batch.size).toBe(16);
    expect(Array.from(batch.group.subarray(0, 16))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]);
    expect(Array.from(serving.scheduler.groups!.tokens)).toEqual(Array(8).fill(2 * 129));
  });

  test("a prompt counts in full from its placement, an output token when it is reached", () => {
    const serving = new Serving(onPim(2, 100), { maxNumBatchedTokens: 8 });
    serving.arrive("a", 20, 3);
    const load = () => {
      serving.scheduler.countGroupLoads();
      return Array.from(serving.scheduler.groups!.tokens);
    };
    serving.step();
    expect(load()).toEqual([20, 0]);
    serving.step();
    serving.step();
    expect(load()).toEqual([21, 0]);
    serving.step();
    expect(load()).toEqual([22, 0]);
    serving.step();
    expect(load()).toEqual([0, 0]);
  });

  test("a request follows its prefix to a busy group rather than start anew on an idle one", () => {
    const serving = new Serving(onPim(2, 100));
    serving.arrive("a", 9, 5, [11, 12]);
    serving.step();
    serving.arrive("b", 10, 1, [11, 12]);
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    serving.arrive("c", 10, 1, [31, 32]);
    serving.schedule();
    expect([serving.groupOf("a"), serving.groupOf("c")]).toEqual([0, 1]);
  });

  test("a full group preempts the last running request on it; other groups go on", () => {
    const serving = new Serving(onPim(2, 3, 2), { blockSize: 2 });
    for (const name of ["a", "b", "c", "d"]) serving.arrive(name, name === "d" ? 1 : 2, 3);
    serving.step();
    expect(["a", "b", "c", "d"].map((name) => serving.groupOf(name))).toEqual([0, 1, 0, 1]);
    // Group 0: a takes the third block, c has to go. Group 1: b takes the third block, d has room in its first.
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 1],
      ["d", 1],
    ]);
    expect(serving.running).toEqual(["a", "b", "d"]);
    expect(serving.groupOf("c")).toBe(-1);
  });

  test("a step that preempted on one group admits nobody on another", () => {
    const serving = new Serving(onPim(2, 2, 2), { blockSize: 2, maxNumSeqs: 3 });
    for (const name of ["a", "b", "c", "d"]) serving.arrive(name, 2, name === "b" ? 1 : 3);
    serving.step();
    // b has ended on group 1, where d fits; a takes c's block on group 0.
    expect(serving.step()).toEqual([["a", 1]]);
    expect(serving.step()).toEqual([
      ["a", 1],
      ["c", 3],
    ]);
    expect(serving.groupOf("c")).toBe(1);
  });

  test("a request that is the last on its full group goes itself; those behind it on other groups go on", () => {
    const serving = new Serving(onPim(2, 3, 2), { blockSize: 2 });
    serving.arrive("a", 2, 6);
    serving.arrive("b", 1, 6);
    serving.arrive("c", 1, 6);
    serving.step();
    expect(["a", "b", "c"].map((name) => serving.groupOf(name))).toEqual([0, 1, 1]);
    serving.step();
    // b has 2 tokens in 1 block and c as many; the third block goes to b, c is preempted.
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
    expect(serving.table.preemptions[serving.row("c")]).toBe(1);
  });

  test("nobody is admitted where no group has room for the whole sequence", () => {
    const serving = new Serving(onPim(2, 2));
    serving.arrive("a", 5, 3);
    serving.arrive("b", 5, 3);
    serving.arrive("c", 5, 3);
    expect(serving.step()).toEqual([
      ["a", 5],
      ["b", 5],
    ]);
  });
});

describe("a prefix hit on what the same step computes", () => {
  const pairs = ({ readers, writers, dependencies }: Batch) =>
    Array.from({ length: dependencies }, (_, k) => [readers[k], writers[k]]);

  test("is told from one on an earlier step's work: who reads, who writes, and nothing to be fetched", () => {
    const serving = new Serving(onPim(1, 100));
    const [p, q] = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    serving.arrive("P", 9, 2, p);
    serving.arrive("Q", 9, 2, q);
    serving.arrive("P again", 9, 2, p);
    serving.arrive("Q again", 9, 2, q);
    const batch = serving.schedule();
    expect(serving.list(batch)).toEqual([
      ["P", 9],
      ["Q", 9],
      ["P again", 1],
      ["Q again", 1],
    ]);
    expect(pairs(batch)).toEqual([
      [2, 0],
      [3, 1],
    ]);
    expect(Array.from(batch.hits.subarray(0, 4))).toEqual([0, 0, 0, 0]);
    // One that comes later finds the blocks of a step that has been built before.
    serving.arrive("P late", 9, 2, p);
    const later = serving.schedule();
    const late = serving.list(later).findIndex(([name]) => name === "P late");
    expect(pairs(later)).toEqual([]);
    expect(later.hits[late]).toBe(8);
    serving.complete(batch);
    serving.complete(later);
  });

  test("may be on several requests' work", () => {
    const serving = new Serving(onPim(1, 100));
    serving.arrive("short", 5, 1, [1]);
    serving.arrive("longer", 9, 1, [1, 2]);
    serving.arrive("longest", 13, 1, [1, 2, 3]);
    const batch = serving.schedule();
    expect(pairs(batch)).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
    ]);
  });
});

describe("a sequence that the GPU could not hold to recompute it", () => {
  const longOn = (blocks: number): KvPlacement => ({
    kind: "pim-after-prefill",
    groups: new ChannelGroups(1, blocks, 4, false, noTimes),
    // The prompt fits, prompt and output do not.
    gpuBlocks: 3,
  });

  test("has all of its PIM blocks from its admission and is never preempted; others make room", () => {
    const serving = new Serving(longOn(8), { enablePrefixCaching: false });
    serving.arrive("other", 4, 9);
    serving.arrive("long", 8, 17);
    while (serving.finished.length < 2) serving.step();
    expect(serving.scheduler.preemptions).toBeGreaterThan(0);
    expect(serving.table.preemptions[serving.row("long")]).toBe(0);
    expect(serving.finished).toEqual(["long", "other"]);
  });

  test("waits until its group has room for all of it", () => {
    const serving = new Serving(longOn(6), { enablePrefixCaching: false });
    serving.arrive("other", 4, 9);
    serving.arrive("long", 8, 17);
    expect(serving.step()).toEqual([["other", 4]]);
    while (serving.finished.length < 2) serving.step();
    expect(serving.finished).toEqual(["other", "long"]);
    expect(serving.scheduler.preemptions).toBe(0);
  });
});

describe("with decode attention on PIM", () => {
  const afterPrefill = (gpuBlocks: number, blocks = 100): KvPlacement => ({
    kind: "pim-after-prefill",
    groups: new ChannelGroups(1, blocks, 4, true, noTimes),
    gpuBlocks,
  });

  test("the GPU keeps a prompt's blocks in full from its admission until its prefill ends", () => {
    const serving = new Serving(afterPrefill(10), { maxNumBatchedTokens: 8 });
    serving.arrive("a", 17, 4);
    const free = () => [serving.scheduler.gpu.pool.free, serving.scheduler.groups!.pools[0]!.free];
    serving.step();
    expect(free()).toEqual([5, 98]);
    serving.step();
    expect(free()).toEqual([5, 96]);
    const last = serving.schedule();
    expect([last.tokens[0], last.prefill[0], free()[0]]).toEqual([1, 1, 5]);
    serving.complete(last);
    expect(free()).toEqual([10, 95]);
    const decode = serving.schedule();
    expect([decode.tokens[0], decode.prefill[0]]).toEqual([1, 0]);
  });

  test("a prompt waits for the GPU's blocks of the one before it", () => {
    const serving = new Serving(afterPrefill(5), { maxNumBatchedTokens: 12 });
    serving.arrive("a", 16, 8);
    serving.arrive("b", 8, 1);
    expect(serving.step()).toEqual([["a", 12]]);
    expect(serving.step()).toEqual([["a", 4]]);
    expect(serving.step()).toEqual([
      ["a", 1],
      ["b", 8],
    ]);
  });

  test("a prefix is found where it stays: on PIM", () => {
    const serving = new Serving(afterPrefill(10));
    serving.arrive("a", 9, 1, [11, 12]);
    serving.step();
    serving.arrive("b", 10, 1, [11, 12]);
    const batch = serving.schedule();
    expect([batch.tokens[0], batch.hits[0]]).toEqual([2, 8]);
    // The hit comes down, so the GPU holds all of the prompt.
    expect(serving.scheduler.gpu.pool.free).toBe(7);
  });

  test("a preempted request is a prefill again, all that it had reached", () => {
    const serving = new Serving(afterPrefill(10, 3));
    serving.arrive("a", 4, 6);
    serving.arrive("b", 4, 6);
    serving.step();
    expect(serving.step()).toEqual([["a", 1]]);
    while (serving.finished.length === 0) serving.step();
    const again = serving.schedule();
    expect([serving.list(again), again.prefill[0]]).toEqual([[["b", 5]], 1]);
    expect(serving.scheduler.gpu.pool.free).toBe(8);
  });
});

test.each([1000, 100_000])("%i requests that arrive at once are queued once and taken once each", (requests) => {
  onTestFinished(() => void vi.restoreAllMocks());
  const moves = (["pushBack", "pushFront", "popFront", "remove"] as const).map((move) =>
    vi.spyOn(WaitingQueue.prototype, move),
  );
  const serving = new Serving(gpu(1000), { maxNumSeqs: 128, enablePrefixCaching: false });
  for (let i = 0; i < requests; i++) {
    serving.scheduler.enqueue(serving.table.add({ id: i, inputTokens: 8, outputTokens: 1, contents: null }));
  }
  const finished: number[] = [];
  let steps = 0;
  for (; serving.scheduler.outstanding > 0; steps++) {
    serving.scheduler.complete(serving.scheduler.schedule()!, finished);
  }
  expect(finished).toHaveLength(requests);
  expect(steps).toBe(Math.ceil(requests / 128));
  expect(moves.map((move) => move.mock.calls.length)).toEqual([requests, 0, requests, 0]);
});
