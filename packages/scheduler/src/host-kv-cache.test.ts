import { describe, expect, test } from "vitest";
import { Serving } from "../test/serving.js";
import { HostKvCache } from "./host-kv-cache.js";

const always = () => true;
const never = () => false;
const chain = (...contents: number[]) => Int32Array.from(contents);

describe("host memory", () => {
  test("moves a block up once, and gives up the one that was used longest ago", () => {
    const host = new HostKvCache(2, 4, never);
    for (const content of [7, 8, 7, 9]) host.store(content);
    expect(host.takeMoves()).toEqual({ number: 0, storedBlocks: 3, loads: [] });
    const known = (content: number) => host.knownTokens(0, chain(content), 0, 100);
    expect([7, 8, 9].map(known)).toEqual([4, 0, 4]);
  });

  test("continues a prefix where the GPU's blocks end, and leaves the last token to compute", () => {
    const host = new HostKvCache(9, 4, never);
    for (const content of [2, 3, 5]) host.store(content);
    const contents = chain(1, 2, 3, 4, 5);
    expect(host.knownTokens(0, contents, 0, 100)).toBe(0);
    expect(host.knownTokens(0, contents, 1, 100)).toBe(12);
    expect(host.knownTokens(0, contents, 1, 12)).toBe(8);
  });

  test("loads what the GPU lacks, behind the last moves that store some of it", () => {
    const host = new HostKvCache(9, 4, never);
    host.store(3);
    host.takeMoves();
    host.store(2);
    expect(host.admit(6, chain(1, 2, 3), 1, 12)).toBe(8);
    expect(host.takeMoves().loads).toEqual([{ row: 6, blocks: 2, storedIn: 1 }]);
    expect(host.hitTokens).toBe(8);
  });

  test("holds the KV of a preempted request to its last token, until it is admitted or needs it no more", () => {
    const host = new HostKvCache(9, 4, always);
    host.store(1);
    host.swapOut(0, chain(1, 2), 2, 10);
    host.swapOut(1, null, 0, 3);
    // Of the first one's three blocks one was here already, moved up before.
    expect(host.takeMoves().storedBlocks).toBe(1 + 2 + 1);
    expect(host.knownTokens(0, chain(1, 2), 0, 11)).toBe(10);
    expect(host.admit(0, chain(1, 2), 1, 10)).toBe(6);
    host.drop(1);
    // What has a content stays.
    expect(host.used).toBe(2);
    expect([host.restoredTokens, host.knownTokens(1, null, 0, 4)]).toEqual([6, 0]);
  });

  test("asks whether that is cheaper, with what would have to be moved", () => {
    const asked: number[][] = [];
    const host = new HostKvCache(9, 4, (...request) => {
      asked.push(request);
      return false;
    });
    host.store(1);
    host.swapOut(0, chain(1, 2), 2, 10);
    expect(asked).toEqual([[10, 2, 3]]);
    expect([host.swaps, host.used]).toEqual([0, 1]);
  });
});

describe("a scheduler with host memory", () => {
  test("finds a prefix there that the GPU has evicted; others run while it is loaded", () => {
    const host = new HostKvCache(9, 4, never);
    const serving = new Serving({ kind: "gpu", gpuBlocks: 4, host });
    serving.arrive("first", 9, 1, [1, 2]);
    serving.step();
    serving.arrive("second", 15, 1);
    serving.step();
    expect(host.takeMoves().storedBlocks).toBe(2);
    serving.arrive("again", 9, 1, [1, 2]);
    serving.arrive("beside", 3, 1);
    expect(serving.step()).toEqual([["beside", 3]]);
    expect(host.takeMoves().loads).toEqual([{ row: serving.row("again"), blocks: 2, storedIn: 0 }]);
    expect(serving.step()).toEqual([]);
    serving.scheduler.endLoad(serving.row("again"));
    expect(serving.step()).toEqual([["again", 1]]);
    expect(serving.finished).toEqual(["first", "second", "beside", "again"]);
    expect(serving.scheduler.prefixHitTokens).toBe(8);
  });

  test.each([
    [always, 1, 0],
    [never, 9, 9],
  ])("a preempted request goes on where it was if it was swapped (%s): %d tokens to compute", (rule, left, lost) => {
    const host = new HostKvCache(9, 4, rule);
    const serving = new Serving({ kind: "gpu", gpuBlocks: 4, host });
    serving.arrive("older", 8, 3);
    serving.arrive("younger", 8, 3);
    serving.step();
    // Both need a third block, and there is none: the younger one goes.
    expect(serving.step()).toEqual([["older", 1]]);
    serving.step();
    expect(serving.finished).toEqual(["older"]);
    const before = serving.step();
    serving.scheduler.endLoad(serving.row("younger"));
    const after = before.length > 0 ? before : serving.step();
    expect(after).toEqual([["younger", left]]);
    expect(serving.scheduler.recomputedTokens).toBe(lost);
  });
});
