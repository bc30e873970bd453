import { IterationEnds, type RequestResult } from "@tandem-sim/engine";
import { describe, expect, it } from "vitest";
import { meanAbsoluteError, metricErrors, recordedLatencies, simulatedLatencies } from "./metric-errors.js";

const result = (part: Partial<RequestResult>): RequestResult => ({
  instanceId: 0,
  requestId: 0,
  model: "m",
  inputTokens: 1,
  outputTokens: 1,
  arrivalNs: 0,
  queuedNs: 0,
  endNs: 0,
  latencyNs: 0,
  queuingNs: 0,
  ttftNs: 0,
  tpotNs: 0,
  tokenRuns: { ends: new IterationEnds(), runs: [] },
  ...part,
});

describe("latencies of a request", () => {
  it("count from queued_ts in a recording", () => {
    const stamps = { queued_ts: 10, first_token_ts: 10.5, last_token_ts: 12.5, output_toks: 5 };
    expect(recordedLatencies(stamps)).toEqual({ ttftNs: 5e8, tpotNs: 5e8, latencyNs: 2.5e9 });
  });

  it("count from the step that took the request in, not from its arrival, in a simulation", () => {
    // Arrives at 100, is taken in at 130, has its tokens at 200 and 260.
    const times = {
      arrivalNs: 100,
      queuedNs: 130,
      ttftNs: 100,
      tpotNs: 60,
      latencyNs: 160,
      endNs: 260,
      outputTokens: 2,
    };
    expect(simulatedLatencies(result(times))).toEqual({ ttftNs: 70, tpotNs: 60, latencyNs: 130 });
  });

  it("have no TPOT for a single token", () => {
    expect(recordedLatencies({ queued_ts: 1, first_token_ts: 2, last_token_ts: 2, output_toks: 1 }).tpotNs).toBeNull();
    expect(simulatedLatencies(result({ outputTokens: 1 })).tpotNs).toBeNull();
  });
});

describe("the error table", () => {
  const ms = (ttft: number, tpot: number | null, latency: number) => ({
    ttftNs: ttft * 1e6,
    tpotNs: tpot === null ? null : tpot * 1e6,
    latencyNs: latency * 1e6,
  });

  it("has 15 rows: three metrics by five statistics", () => {
    const rows = metricErrors([ms(1, 1, 1)], [ms(1, 1, 1)]);
    expect(rows.map(({ metric, stat }) => `${metric} ${stat}`)).toEqual(
      ["ttft", "tpot", "latency"].flatMap((metric) =>
        ["mean", "median", "p90", "p95", "p99"].map((stat) => `${metric} ${stat}`),
      ),
    );
  });

  it("gives differences of the statistics, in percent of vLLM's", () => {
    const rows = metricErrors([ms(100, 10, 1000), ms(300, 10, 3000)], [ms(110, 9, 900), ms(310, 9, 3100)]);
    expect(rows[0]).toMatchObject({ metric: "ttft", stat: "mean", vllm_ms: 200, simulated_ms: 210, diff_pct: 5 });
    expect(rows[1]?.diff_pct).toBeCloseTo(5);
    // P90 of two values lies 0.9 of the way between them.
    expect(rows[2]).toMatchObject({ stat: "p90", vllm_ms: 280, simulated_ms: 290 });
    expect(rows[5]).toMatchObject({ metric: "tpot", stat: "mean", vllm_ms: 10, simulated_ms: 9, diff_pct: -10 });
    expect(rows[10]?.diff_pct).toBe(0);
  });

  it("leaves requests of one token out of TPOT, and knows no difference where all have one", () => {
    const [mean] = metricErrors([ms(1, 4, 1), ms(1, null, 1)], [ms(1, 5, 1), ms(1, null, 1)]).slice(5);
    expect(mean).toMatchObject({ vllm_ms: 4, simulated_ms: 5, diff_pct: 25 });
    const single = metricErrors([ms(1, null, 1)], [ms(2, null, 2)]);
    expect(single[5]).toMatchObject({ metric: "tpot", vllm_ms: 0, simulated_ms: 0, diff_pct: 0 });
  });

  it("averages differences regardless of their sign", () => {
    const row = { metric: "ttft", stat: "mean", vllm_ms: 1, simulated_ms: 1 } as const;
    expect(
      meanAbsoluteError([
        { ...row, diff_pct: -3 },
        { ...row, diff_pct: 1 },
      ]),
    ).toBe(2);
  });
});
