import { describe, expect, test } from "vitest";
import { createCollectiveCosts, fittedAllReduce, fittedLinkOf, fittedLinks, ringAllReduce } from "./collective.js";

describe("a ring", () => {
  // 64 tokens of 8,192 bytes between two GPUs: pieces of 262,144. A step: 20,000 + 262,144 / 17.17987 = 35,258.8. Adding up:
  // 3 x floor(262,144 / 1597) = 492. Two steps, one addition, three ends of 10.
  test("of two GPUs takes two steps, adds up once, and hands over three times", () => {
    const allReduceNs = ringAllReduce({ gpus: 2, linkGiBps: 16, linkLatencyNs: 20_000, memoryGBps: 1597.6 });
    expect(allReduceNs(64 * 8192)).toBe(2 * 35_258 + 492 + 3 * 10);
  });

  // Pieces of 131,072: 20,000 + 7,629.4, and 3 x 82.
  test("of four takes six steps with a quarter of the bytes", () => {
    const allReduceNs = ringAllReduce({ gpus: 4, linkGiBps: 16, linkLatencyNs: 20_000, memoryGBps: 1597 });
    expect(allReduceNs(64 * 8192)).toBe(6 * 27_629 + 3 * 246 + 7 * 10);
  });

  test("takes 2 (n - 1) latencies for next to nothing, and 2 (n - 1) / n of large sums over the link", () => {
    const allReduceNs = ringAllReduce({ gpus: 8, linkGiBps: 450, linkLatencyNs: 1000, memoryGBps: 1e6 });
    expect(allReduceNs(8)).toBe(14 * 1000 + 15 * 10);
    expect(allReduceNs(2 ** 33) / (((14 / 8) * 8e9) / 450)).toBeCloseTo(1, 1);
  });
});

describe("a link that was measured", () => {
  test("takes alpha, and 2 (n - 1) / n of the bytes at its share of the bandwidth", () => {
    // 4.3 us + 1 MB / (0.54 x 450 GB/s).
    expect(fittedAllReduce(fittedLinks.nvlink4, 2)(1e6)).toBe(Math.round(4300 + 1e6 / (0.54 * 450)));
    expect(fittedAllReduce(fittedLinks.pcie5, 8)(1e6)).toBe(Math.round(27_000 + (1.75 * 1e6) / (0.34 * 64)));
  });

  test("is interpolated between numbers of GPUs, and as with 8 beyond", () => {
    const alphaNs = (gpus: number): number => fittedAllReduce(fittedLinks.nvlink3, gpus)(0);
    expect([2, 3, 4, 6, 8, 16].map(alphaNs)).toEqual([5000, 5400, 5800, 6600, 7400, 7400]);
  });
});

test("an all-reduce is of all activations of the tokens, and each GPU sends 2 (n - 1) / n of them", () => {
  const collective = createCollectiveCosts(4, 8192, (bytes) => bytes);
  expect(collective.bytes(10)).toBe(81_920);
  expect(collective.movedBytes(81_920)).toBe(4 * (6 / 4) * 81_920);
});

describe("the link of a spec sheet", () => {
  const source = "a test";

  test.each([
    [450, 450, 0.54],
    [600, 600, 0.54],
    [900, 900, 0.35],
    [250, 250, 0.55],
  ])("NVLink of %d GB/s is the generation nearest to it, at its own bandwidth", (bw, GBps, efficiency) => {
    const link = fittedLinkOf({ pcie: { bw: 64, source }, nvlink: { bw, source } });
    expect(link.GBps).toBe(GBps);
    expect(link.efficiency[0]).toBe(efficiency);
  });

  test("is PCIe where there is no NVLink", () => {
    expect(fittedLinkOf({ pcie: { bw: 32, source } })).toEqual(fittedLinks.pcie4);
    expect(fittedLinkOf({ pcie: { bw: 64, source } })).toEqual(fittedLinks.pcie5);
  });
});
