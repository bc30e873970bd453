import { describe, expect, test } from "vitest";
import { tinyPlan } from "../test/tiny-cluster.js";
import { IterationEnds } from "./iteration-ends.js";
import type { RequestResult } from "./request-log.js";
import { ResultCollector, type ServiceLevel } from "./summary.js";

/** Arrival, queuing, TTFT, then the gaps between tokens; ms. */
function result(requestId: number, [arrival, queuing, ttft, ...itl]: readonly [number, number, number, ...number[]]) {
  const ms = 1e6;
  const decodeNs = itl.reduce((sum, gap) => sum + gap * ms, 0);
  const latencyNs = ttft * ms + decodeNs;
  return {
    instanceId: 0,
    requestId,
    model: "tiny",
    inputTokens: 100,
    outputTokens: 1 + itl.length,
    arrivalNs: arrival * ms,
    queuedNs: arrival * ms,
    endNs: arrival * ms + latencyNs,
    latencyNs,
    queuingNs: queuing * ms,
    ttftNs: ttft * ms,
    tpotNs: itl.length > 0 ? Math.floor(decodeNs / itl.length) : 0,
    gapsNs: itl.map((gap) => gap * ms),
    tokenRuns: { ends: new IterationEnds(), runs: [] },
  } satisfies RequestResult & { gapsNs: number[] };
}

// Latencies 10, 50, 90 ms; ends at 110, 150 and 1100 ms.
const results = [result(0, [100, 1, 10]), result(1, [100, 2, 20, 10, 20]), result(2, [1010, 6, 30, 20, 20, 20])];

function summaryOf(slo: ServiceLevel | null = null) {
  const collector = new ResultCollector(tinyPlan(), slo);
  for (const { arrivalNs } of results) collector.arrived(arrivalNs);
  for (const one of results) {
    collector.add(one);
    for (const ns of one.gapsNs) collector.tokenGaps(ns, 1);
  }
  return collector.summary([], []);
}

describe("a summary", () => {
  test("runs from the first arrival to the last token: three requests and eight tokens in a second", () => {
    const { makespan_ns, requests, input_tokens, output_tokens, throughput } = summaryOf();
    expect(makespan_ns).toBe(1e9);
    expect([requests, input_tokens, output_tokens]).toEqual([3, 300, 8]);
    expect(throughput).toEqual({ requests_s: 3, prompt_tok_s: 300, decode_tok_s: 8 });
  });

  test("has the mean, the median and interpolated quantiles of each latency", () => {
    const { ttft_ms, latency_ms, queuing_ms } = summaryOf();
    expect(ttft_ms.mean).toBeCloseTo(20, 9);
    expect(ttft_ms.median).toBeCloseTo(20, 9);
    // 20 + 0.8 x 10: 0.9 of the way from the first of three to the last is 1.8 places.
    expect(ttft_ms.p90).toBeCloseTo(28, 9);
    expect(ttft_ms.p99).toBeCloseTo(29.8, 9);
    expect(latency_ms.mean).toBeCloseTo(50, 9);
    expect(queuing_ms.mean).toBeCloseTo(3, 9);
    expect(queuing_ms.median).toBeCloseTo(2, 9);
  });

  test("takes TPOT from requests that decode: 15 and 20 ms, and every gap between tokens as one ITL", () => {
    const { tpot_ms, itl_ms } = summaryOf();
    expect(tpot_ms.mean).toBeCloseTo(17.5, 9);
    // 10, 20, 20, 20, 20.
    expect(itl_ms.mean).toBeCloseTo(18, 9);
    expect(itl_ms.median).toBeCloseTo(20, 9);
  });

  test("counts as good what meets each limit that is set, the limit itself included", () => {
    const good = (slo: ServiceLevel) => summaryOf(slo).goodput?.requests;
    expect(good({})).toBe(3);
    expect(good({ ttftMs: 20 })).toBe(2);
    expect(good({ ttftMs: 19.999 })).toBe(1);
    expect(good({ tpotMs: 15 })).toBe(2);
    expect(good({ ttftMs: 25, tpotMs: 10 })).toBe(1);
    expect(summaryOf({ ttftMs: 20 }).goodput).toEqual({ ttft_ms: 20, tpot_ms: null, requests: 2, requests_s: 2 });
    expect(summaryOf().goodput).toBeNull();
  });
});
