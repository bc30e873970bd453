import type { SweepRecord } from "@tandem-sim/schemas";
import fc from "fast-check";
import { expect, test } from "vitest";
import { objectivesOf, paretoFront } from "./pareto.js";

const record = (cell: number, latency: number, throughput: number | null): SweepRecord => ({
  cell,
  key: String(cell),
  axes: {},
  metrics: { "tpot_ms.mean": latency, "throughput.decode_tok_s": throughput, pim_busy: null },
});

test("the front is what nobody beats: less latency, more throughput", () => {
  const cells = [record(0, 10, 100), record(1, 20, 300), record(2, 20, 200), record(3, 30, 300), record(4, 5, null)];
  const objectives = objectivesOf(cells);
  expect(objectives.map(({ name, metric }) => [name, metric])).toEqual([
    ["latency", "tpot_ms.mean"],
    ["throughput", "throughput.decode_tok_s"],
  ]);
  expect(paretoFront(cells, objectives).map(({ cell }) => cell)).toEqual([0, 1]);
});

test("whatever the cells, one is on the front or beaten by one that is", () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(points, (pairs) => {
      const cells = pairs.map(([latency, throughput], i) => record(i, latency, throughput));
      const front = new Set(paretoFront(cells, objectivesOf(cells)).map(({ cell }) => cell));
      pairs.forEach(([latency, throughput], i) => {
        const beaten = pairs.some(
          ([l, t], j) => front.has(j) && l <= latency && t >= throughput && (l < latency || t > throughput),
        );
        expect(front.has(i)).toBe(!beaten);
      });
    }),
  );
});
