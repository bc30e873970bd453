import { describe, expect, test } from "vitest";
import { summaryWith } from "../test/hand-made.js";
import { bestModes, decisiveMeasure } from "./best.js";

const base = summaryWith();
const latency = (mean: number) => ({ ...base.ttft_ms, mean });

describe("the best modes by a measure", () => {
  test("are the one with the least figure and those within half a percent of it", () => {
    const served = new Map([
      ["gpu-only", base],
      ["offload", summaryWith({ makespan_ns: 0.8e9 })],
      ["auto", summaryWith({ makespan_ns: 0.803e9 })],
      ["interleave", summaryWith({ makespan_ns: 0.805e9 })],
    ]);
    expect(bestModes(served, base).makespan).toEqual({ modes: ["offload", "auto"], ratio: 0.8 });
  });

  test("are not told where nobody has a figure", () => {
    const served = new Map([["gpu-only", summaryWith({ energy: null, tpot_ms: latency(0) })]]);
    expect(Object.keys(bestModes(served, base))).toEqual(["makespan", "ttft"]);
  });
});

test.each([
  [{ makespan_ns: 1.1e9, tpot_ms: latency(9) }, "makespan"],
  [{ makespan_ns: 1.001e9, tpot_ms: latency(9) }, "tpot"],
  [{ makespan_ns: 1.001e9, ttft_ms: latency(9) }, "ttft"],
  [{}, "makespan"],
])("of two modes that differ in %j, the one with less %s is called faster", (part, measure) => {
  expect(decisiveMeasure(summaryWith(part), base)).toBe(measure);
});
