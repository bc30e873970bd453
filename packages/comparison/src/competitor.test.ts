import { expect, test } from "vitest";
import { summaryWith } from "../test/hand-made.js";
import { competes, mayRunShort } from "./competitor.js";

const load = { preemptions: 0, input_tokens: 300, output_tokens: 100, kv_tokens: { room: 800, peak: 400 } };

test.each([
  [false, {}],
  [true, { preemptions: 1 }],
  [true, { output_tokens: 101 }],
])("a GPU may run short of KV memory: %s, with %j", (short, part) => {
  expect(mayRunShort(summaryWith({ ...load, ...part }))).toBe(short);
});

test("KV offload competes where it has loaded anything", () => {
  const samples = { ttft: [], tpot: [], latency: [] };
  const kv = { room_tokens: 9, hit_tokens: 0, swaps: 2, restored_tokens: 0, loads: 0, load_ms: 0 };
  const outcome = (loads: number) => ({ summary: summaryWith({ kv_offload: { ...kv, loads } }), samples });
  expect([outcome(0), outcome(1), { doesNotFit: "too large" }].map(competes)).toEqual([false, true, false]);
});
