import fc from "fast-check";
import { expect, it } from "vitest";
import { BusyUnion } from "./busy-union.js";

function drained(union: BusyUnion, untilNs: number): [number, number][] {
  const intervals: [number, number][] = [];
  union.drain(untilNs, (start, end) => intervals.push([start, end]));
  return intervals;
}

it("counts time in which several GPUs compute once", () => {
  const union = new BusyUnion(3);
  union.add(1, 5, 30);
  union.add(0, 0, 10);
  union.add(0, 12, 14);
  union.add(2, 29, 35);
  expect(drained(union, 100)).toEqual([
    [0, 10],
    [10, 30],
    [30, 35],
  ]);
});

it("keeps what lies behind the drained time", () => {
  const union = new BusyUnion(2);
  union.add(0, 0, 10);
  expect(drained(union, 4)).toEqual([[0, 4]]);
  union.add(1, 6, 20);
  expect(drained(union, 8)).toEqual([[4, 8]]);
  expect(drained(union, 8)).toEqual([]);
  expect(drained(union, 50)).toEqual([
    [8, 10],
    [10, 20],
  ]);
});

it("covers exactly the ns that some GPU covers, however often it is drained", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 })), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(200)), (gpus, times) => {
      const union = new BusyUnion(gpus.length);
      const expected = new Set<number>();
      gpus.forEach((gaps, gpu) => {
        let now = 0;
        for (const [gap, length] of gaps) {
          union.add(gpu, now + gap, now + gap + length);
          for (let t = now + gap; t < now + gap + length; t++) expected.add(t);
          now += gap + length;
        }
      });
      const actual: number[] = [];
      for (const until of [...times.sort((a, b) => a - b), 1000]) {
        for (const [start, end] of drained(union, until)) for (let t = start; t < end; t++) actual.push(t);
      }
      expect(actual).toEqual([...expected].sort((a, b) => a - b));
    }),
  );
});
