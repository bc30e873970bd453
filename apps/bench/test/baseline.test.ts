import { expect, test } from "vitest";
import { movedSince } from "../src/baseline.js";
import type { Results } from "../src/results.js";

const results = (ttft: number, holds = true, ms = 5, names = ["chat"]): Results => ({
  schema_version: 1,
  suite: "quick",
  scenarios: names.map((name) => ({
    name,
    runs: [
      { mode: "gpu-only", phase: null, figures: { ttft_mean_ms: 40, pim_busy: null } },
      { mode: "offload", phase: "decode", figures: { ttft_mean_ms: ttft, pim_busy: 0.5 } },
    ],
  })),
  claims: { "offload-regresses-ttft": { answer: "depends", cases: { "chat, decode": { holds } } } },
  maps: [{ name: "batch-and-context", points: [{ row: 8, column: 512, ms: { offload: ms } }] }],
});

test("what is the same, or moved by less than a thousandth, is not mentioned", () => {
  expect(movedSince(results(100), results(100), false)).toEqual([]);
  expect(movedSince(results(100), results(100.05), false)).toEqual([]);
});

test("a figure that moved is named by scenario, phase and mode, with both values", () => {
  expect(movedSince(results(100), results(110), false)).toEqual([
    "chat, decode, offload: ttft_mean_ms: 100 -> 110 (+10.0%)",
  ]);
});

test("cases of claims and points of maps are held against each other too", () => {
  expect(movedSince(results(100), results(100, false, 4), false)).toEqual([
    "claim offload-regresses-ttft: chat, decode: holds -> does not hold",
    "map batch-and-context at 8, 512: offload ms: 5 -> 4 (-20.0%)",
  ]);
});

test("what is new or gone is said, but not where only some scenarios ran", () => {
  const [both, one] = [results(100, true, 5, ["burst", "chat"]), results(100)];
  expect(movedSince(one, both, false)).toContain("burst, gpu-only: ttft_mean_ms: new, 40");
  expect(movedSince(both, one, false)).toContain("burst, gpu-only: ttft_mean_ms: gone");
  expect(movedSince(both, one, true)).toEqual([]);
});
