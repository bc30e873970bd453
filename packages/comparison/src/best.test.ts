import { describe, expect, test } from "vitest";
import { summaryWith } from "../test/hand-made.js";
import { bestModes, decisiveMeasure, undecided } from "./best.js";

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

describe("whether to offload is undecided", () => {
  const gpuOnly = summaryWith({ pim_util: null });
  const by = (...makespans: number[]) =>
    undecided(
      new Map([
        ["gpu-only", gpuOnly],
        ...makespans.map((makespan_ns, i) => [`mode ${i}`, summaryWith({ makespan_ns })] as const),
      ]),
    );

  test("by measures in which the best offloaded mode is within the GPU times' typical error of GPU-only", () => {
    expect(by(1.5e9, 0.985e9)).toEqual(["makespan"]);
    expect(by(1.015e9)).toEqual(["makespan"]);
  });

  test("and not where they are farther apart, or the same", () => {
    expect(by(1.5e9, 0.97e9)).toEqual([]);
    expect(by(1.004e9)).toEqual([]);
  });

  test("nor where there is nothing to compare", () => {
    expect(undecided(new Map([["offload", summaryWith()]]))).toEqual([]);
    expect(undecided(new Map([["gpu-only", gpuOnly]]))).toEqual([]);
  });
});
