import { Summary } from "@tandem-sim/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createPlan,
  createSimulation,
  type IntervalReport,
  IterationPlanner,
  type RequestResult,
  type SimulationPlan,
  simulate,
} from "../src/index.js";
import {
  interleaved,
  type TinyCluster,
  type TinyRequest,
  tinyClusters,
  tinyInputs,
  tinyPlan,
  tinyRequests,
  tinyWorkload,
} from "./tiny-cluster.js";
import { type WithItl, withItl } from "./with-itl.js";

interface Run {
  results: WithItl[];
  intervals: IntervalReport[];
  summary: Summary;
}

function run(plan: SimulationPlan, requests: readonly TinyRequest[], logIntervalS = 1e-3): Run {
  const results: WithItl[] = [];
  const intervals: IntervalReport[] = [];
  const observer = {
    onRequest: (result: RequestResult) => void results.push(withItl(result)),
    onInterval: (report: IntervalReport) => void intervals.push(report),
  };
  const simulation = createSimulation(plan, observer, { logIntervalS });
  simulation.push(tinyWorkload(requests));
  return { results, intervals, summary: simulation.finish() };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("any workload in any mode", () => {
  test("invariant 1: every request finishes exactly once with exactly its tokens", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const { results, summary } = run(tinyPlan(cluster), requests);
        const workload = tinyWorkload(requests);
        expect(results.map(({ requestId }) => requestId).sort((a, b) => a - b)).toEqual(requests.map((_, id) => id));
        for (const { requestId, inputTokens, outputTokens, itlNs } of results) {
          expect([inputTokens, outputTokens]).toEqual([
            workload.inputTokens[requestId],
            workload.outputTokens[requestId],
          ]);
          expect(itlNs).toHaveLength(outputTokens - 1);
        }
        expect(summary.requests).toBe(requests.length);
        expect(summary.input_tokens).toBe(sum(requests.map(({ input }) => input)));
        expect(summary.output_tokens).toBe(sum(requests.map(({ output }) => output)));
      }),
      { numRuns: 60 },
    );
  });

  test("invariant 1: all memory but the weights is free at the end, on GPUs and on PIM", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const plan = tinyPlan(cluster);
        const { intervals } = run(plan, requests);
        expect(intervals.at(-1)!.gpuMemoryBytes).toBe(sum(plan.instances.map(({ weightBytes }) => weightBytes)));
        expect(intervals.at(-1)!.pimMemoryBytes ?? 0).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  test("invariant 2: the clock never goes back, and no token comes before its request", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const plan = tinyPlan(cluster);
        const results: WithItl[] = [];
        const startNs = plan.instances.map(() => 0);
        const endNs = plan.instances.map(() => 0);
        let lastNs = 0;
        simulate(plan, [tinyWorkload(requests)], {
          onIteration: (iteration) => {
            const { id } = iteration.plan;
            expect(iteration.startNs).toBeGreaterThanOrEqual(lastNs);
            expect(iteration.startNs).toBeGreaterThanOrEqual(endNs[id]!);
            lastNs = startNs[id] = iteration.startNs;
            endNs[id] = iteration.startNs + iteration.played.latencyNs;
          },
          onRequest: (result) => void results.push(withItl(result)),
        });
        let lastEndNs = 0;
        for (const { arrivalNs, queuedNs, queuingNs, ttftNs, latencyNs, endNs: end, itlNs, tpotNs } of results) {
          expect(end).toBeGreaterThanOrEqual(lastEndNs);
          lastEndNs = end;
          expect(queuingNs).toBeGreaterThanOrEqual(0);
          expect(queuedNs).toBeGreaterThanOrEqual(arrivalNs);
          expect(queuedNs - arrivalNs).toBeLessThanOrEqual(queuingNs);
          expect(ttftNs).toBeGreaterThan(queuingNs);
          expect(latencyNs).toBe(ttftNs + sum([...itlNs]));
          expect(end).toBe(arrivalNs + latencyNs);
          expect(Math.min(1, ...itlNs)).toBeGreaterThan(0);
          expect(tpotNs).toBe(itlNs.length > 0 ? sum([...itlNs]) / itlNs.length : 0);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("invariant 3: the same inputs give the same bytes", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, fc.constantFrom("LOAD", "RR", "RAND"), (cluster, requests, routing) => {
        const once = () => JSON.stringify(run(tinyPlan(cluster, { routing, seed: 7 }), requests));
        expect(once()).toBe(once());
      }),
      { numRuns: 20 },
    );
  });

  test("invariant 7: busy shares lie in [0, 1], and busy and idle time add up to the makespan", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const { summary, intervals } = run(tinyPlan(cluster), requests);
        // The schema holds every share to [0, 1].
        expect(Summary.safeParse(summary).error).toBeUndefined();
        const { gpu, pim } = summary.idle;
        expect(summary.gpu_busy + sum(Object.values(gpu).map((share) => share ?? 0))).toBeCloseTo(1, 9);
        if (pim) expect(summary.pim_busy! + sum(Object.values(pim))).toBeCloseTo(1, 9);
        if (pim) expect(summary.pim_util!).toBeLessThanOrEqual(summary.pim_busy! + 1e-12);
        for (const { gpuBusy, pimBusy } of intervals) {
          for (const share of [gpuBusy, pimBusy ?? 0]) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(1 + 1e-12);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("invariant 6", () => {
  test("auto takes the shorter of the serial and the interleaved schedule of every iteration", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const options = { ...cluster.options, ...interleaved, subBatchPolicy: "auto" as const };
        simulate(tinyPlan({ ...cluster, options }), [tinyWorkload(requests)], {
          onIteration: ({ plan, batch, played }) => {
            const latencyOf = (other: Partial<typeof plan>): number => {
              const planner = new IterationPlanner({ ...plan, ...other });
              planner.choose(batch);
              return planner.played.latencyNs;
            };
            const serialNs = latencyOf({ split: null });
            const alwaysNs = latencyOf({ options: { ...plan.options, subBatchPolicy: "always" } });
            expect(played.latencyNs).toBe(Math.min(serialNs, alwaysNs));
          },
        });
      }),
      { numRuns: 20 },
    );
  });

  test("the summary counts what was gained and lost against the same batches undivided", () => {
    const requests = Array.from({ length: 12 }, (_, i) => ({ input: 20 + i, output: 10, arrivalNs: 0 }));
    const counted = (subBatchPolicy: "always" | "auto") =>
      run(tinyPlan({ options: { ...interleaved, subBatchPolicy } }), requests).summary.interleaving;
    expect(counted("always").interleaved).toBeGreaterThan(0);
    expect(counted("auto").lost_ns).toBe(0);
  });
});

describe("two instances behind a router", () => {
  const requests = Array.from({ length: 24 }, (_, i) => ({
    input: 10 + i,
    output: 1 + (i % 7),
    arrivalNs: i * 40_000,
  }));

  test.each(["LOAD", "RR", "RAND"] as const)("%s has all requests served once, both instances at work", (routing) => {
    const { results, summary } = run(tinyPlan({ instances: 2 }, { routing }), requests);
    expect(new Set(results.map(({ requestId }) => requestId)).size).toBe(24);
    expect(summary.output_tokens).toBe(sum(requests.map(({ output }) => output)));
    expect(summary.instances.map((instance) => instance.requests > 0)).toEqual([true, true]);
    expect(sum(summary.instances.map((instance) => instance.requests))).toBe(24);
  });

  test("RR takes turns", () => {
    const { results } = run(tinyPlan({ instances: 2 }, { routing: "RR" }), requests);
    for (const { requestId, instanceId } of results) expect(instanceId).toBe(requestId % 2);
  });

  test("RAND follows its seed", () => {
    const routeOf = (seed: number) =>
      run(tinyPlan({ instances: 2 }, { routing: "RAND", seed }), requests)
        .results.sort((a, b) => a.requestId - b.requestId)
        .map(({ instanceId }) => instanceId)
        .join("");
    expect(routeOf(1)).toBe(routeOf(1));
    expect(routeOf(1)).not.toBe(routeOf(2));
  });

  test("that offload own disjoint, equal shares of the channels and of the link", () => {
    const plan = tinyPlan({ instances: 2, channels: 24, options: { enableAttnOffloading: true } });
    expect(
      plan.instances.map(({ pim }) => [pim!.firstChannel, pim!.channels, pim!.layout.groups, pim!.linkGBps]),
    ).toEqual([
      [0, 12, 3, 4],
      [12, 12, 3, 4],
    ]);
  });

  test("finish requests that end at the same moment in order of their ids", () => {
    const twins = [0, 0].map(() => ({ input: 16, output: 3, arrivalNs: 0 }));
    const { results } = run(tinyPlan({ instances: 2 }, { routing: "RR" }), twins);
    expect(results.map(({ requestId, endNs }) => [requestId, endNs])).toEqual([
      [0, results[0]!.endNs],
      [1, results[0]!.endNs],
    ]);
  });
});

describe("a simulation in steps", () => {
  // Each with token ids of its own.
  const requests = Array.from({ length: 9 }, (_, i) => ({
    input: 30,
    output: 6,
    arrivalNs: i * 150_000,
    family: i,
    shared: 36,
  }));

  test("does what it does in one go, whenever requests are pushed and the clock is advanced", () => {
    const whole = run(tinyPlan(), requests);
    const results: RequestResult[] = [];
    const simulation = createSimulation(tinyPlan(), { onRequest: (result) => void results.push(result) });
    for (const request of requests) {
      simulation.advance(request.arrivalNs);
      expect(simulation.nextEventNs).toBeGreaterThanOrEqual(request.arrivalNs);
      simulation.push(tinyWorkload([request]));
    }
    expect(simulation.finish()).toMatchObject({ makespan_ns: whole.summary.makespan_ns });
    expect(results.map(({ endNs }) => endNs)).toEqual(whole.results.map(({ endNs }) => endNs));
    expect(simulation.nextEventNs).toBe(Number.POSITIVE_INFINITY);
  });

  test("refuses a request that arrives before the one in front of it", () => {
    const simulation = createSimulation(tinyPlan());
    simulation.push(tinyWorkload([{ input: 1, output: 1, arrivalNs: 10 }]));
    expect(() => simulation.push(tinyWorkload([{ input: 1, output: 1, arrivalNs: 9 }]))).toThrow(RangeError);
  });

  test("of no requests is an empty summary", () => {
    const { summary } = run(tinyPlan(), []);
    expect(summary).toMatchObject({ requests: 0, makespan_ns: 0, iterations: 0, gpu_busy: 0 });
  });
});

describe("a request that can never be served is refused with the numbers", () => {
  const push = (cluster: TinyCluster, request: Partial<TinyRequest>) => () =>
    createSimulation(tinyPlan(cluster)).push(tinyWorkload([{ input: 1, output: 1, arrivalNs: 0, ...request }]));

  test.each([
    ["too long for the model", {}, { input: 2000, output: 49 }, /2000 \+ 49 tokens.*max-model-len is 2048/],
    ["too long for the GPU", { gpuBlocks: 10 }, { input: 40, output: 2 }, /needs 11 KV blocks.*has 10/],
    [
      "too long for its channel group",
      { options: { enableAttnOffloading: true, blockSize: 1000 } },
      { input: 2001, output: 1 },
      /needs 3 KV blocks.*a group of 4 PIM channels of instance 0 has 2/,
    ],
    [
      "too long for a step where prompts may not be cut",
      { options: { enableChunkedPrefill: false, maxNumBatchedTokens: 30 } },
      { input: 31 },
      /prompt may not be cut/,
    ],
  ] as const)("%s", (_, cluster, request, message) => {
    expect(push(cluster, request)).toThrow(message);
  });

  test("but one that fits exactly is served: its last token's K and V are never stored", () => {
    expect(push({ gpuBlocks: 10 }, { input: 40, output: 1 })).not.toThrow();
    const { results } = run(tinyPlan({ gpuBlocks: 10 }), [{ input: 20, output: 21, arrivalNs: 0 }]);
    expect(results).toHaveLength(1);
  });
});

test("where prompts may not be cut, a request that outgrows a step is refused at once or served to its end", () => {
  const options = { enableChunkedPrefill: false, maxNumBatchedTokens: 100, enablePrefixCaching: false };
  const requests = [0, 1].map(() => ({ input: 60, output: 60, arrivalNs: 0 }));
  let served = requests.length;
  try {
    served = run(tinyPlan({ gpuBlocks: 52, options }), requests).results.length;
  } catch (error) {
    expect(String(error)).toMatch(/can never be scheduled/);
  }
  expect(served).toBe(requests.length);
});

test("PIM computes behind a link of any speed", () => {
  const requests = [0, 1].map(() => ({ input: 60, output: 10, arrivalNs: 0 }));
  const busy = (bw: number) =>
    run(tinyPlan({ link: { bw, latency: 0 }, options: { enableAttnOffloading: true } }), requests).summary.pim_busy!;
  expect(busy(1e9)).toBeGreaterThan(busy(100) / 2);
});

test("a plan can be made from parts of inputs without touching a file", () => {
  expect(createPlan(tinyInputs()).instances).toHaveLength(1);
});
