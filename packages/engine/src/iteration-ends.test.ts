import { describe, expect, test } from "vitest";
import { IterationEnds } from "./iteration-ends.js";
import { interTokenNs } from "./request-log.js";

/** The log of iterations that end every 10 ns, of which the last 100 are asked for. */
function filled(iterations: number, needed = 100): IterationEnds {
  const ends = new IterationEnds();
  for (let i = 0; i < iterations; i++) {
    if (ends.isFull) ends.makeRoom(10 * (i - needed));
    expect(ends.next).toBe(i);
    ends.add(10 * i);
  }
  return ends;
}

test("ends keep their index when older ones are dropped, and the log stays as long as what is kept", () => {
  const ends = filled(100_000);
  for (let i = 99_900; i < 100_000; i++) expect(ends.at(i)).toBe(10 * i);
  expect([...ends.gaps(99_900, 99_903)]).toEqual([10, 10, 10]);
  expect(ends.first).toBeLessThanOrEqual(99_900);
  expect(ends.capacity).toBe(1024);
});

test("the log grows where all of it is needed", () => {
  const ends = filled(3000, 3000);
  expect([ends.at(0), ends.at(2999), ends.first, ends.capacity]).toEqual([0, 29_990, 0, 4096]);
});

test("an end that is long ago still gives the gap behind it", () => {
  const ends = filled(1024);
  ends.makeRoom(Number.POSITIVE_INFINITY);
  ends.add(20_000);
  expect(ends.gap(1024)).toBe(20_000 - 10_230);
});

describe("inter-token latencies", () => {
  const ends = new IterationEnds();
  for (const ns of [10, 30, 31, 60, 100, 101]) ends.add(ns);

  test("lie between the ends of the iterations that gave the tokens, over pauses too", () => {
    const runs = [
      { first: 0, last: 2 },
      { first: 4, last: 5 },
    ];
    expect([...interTokenNs({ ends, runs })]).toEqual([20, 1, 69, 1]);
    expect([...interTokenNs({ ends, runs: [{ first: 3, last: 3 }] })]).toEqual([]);
  });

  test("are refused once the log has dropped them", () => {
    ends.makeRoom(100);
    expect(() => interTokenNs({ ends, runs: [{ first: 1, last: 5 }] })).toThrow("no longer in the log");
  });
});
