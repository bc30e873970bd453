/**
 * @module
 * What a close reading found: each of these was wrong once.
 */
import { InstanceOptions } from "@tandem-sim/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { power } from "../../power/test/sample-node.js";
import { createPlan, createSimulation, type IntervalReport, type RequestResult, simulate } from "../src/index.js";
import { interleaved, onPim, tinyClusters, tinyInputs, tinyPlan, tinyRequests, tinyWorkload } from "./tiny-cluster.js";

const requests = Array.from({ length: 12 }, (_, i) => ({ input: 10 + i, output: 1 + (i % 5), arrivalNs: 0 }));

describe("K and V that the same iteration computes", () => {
  test("are never read before they exist: readers go with their writers or behind them, on every split", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, list) => {
        const options = { ...cluster.options, ...interleaved, enablePrefixCaching: true };
        // The prompts of a family begin alike, and all are there at once.
        const alike = list.map((request) => ({ ...request, arrivalNs: 0, shared: 100 }));
        let pairs = 0;
        simulate(tinyPlan({ ...cluster, options }), [tinyWorkload(alike)], {
          onIteration: ({ batch, division }) => {
            pairs += batch.dependencies;
            for (let k = 0; k < batch.dependencies; k++) {
              const [reader, writer] = [batch.readers[k]!, batch.writers[k]!];
              expect(writer).toBeLessThan(reader);
              if (division) expect(division.firstOf(reader)).toBeGreaterThanOrEqual(division.lastOf(writer));
            }
          },
        });
        fc.pre(pairs > 0);
      }),
      { numRuns: 60 },
    );
  });

  test("are not fetched from PIM in phase decode: they are on the GPU", () => {
    const options = { ...onPim, attnOffloadPhase: "decode" as const };
    const twins = [0, 0].map((arrivalNs) => ({ input: 41, output: 1, arrivalNs, shared: 41 }));
    const fetched = (arrivals: typeof twins): number => {
      let bytes = 0;
      simulate(tinyPlan({ options }), [tinyWorkload(arrivals)], {
        onIteration: ({ table }) => {
          table.graph.stages.forEach(({ name }, s) => {
            if (name === "fetch") bytes += table.bytes[s]!;
          });
        },
      });
      return bytes;
    };
    expect(fetched(twins)).toBe(0);
    // What an earlier iteration computed has left the GPU.
    expect(fetched([twins[0]!, { ...twins[1]!, arrivalNs: 50_000_000 }])).toBeGreaterThan(0);
  });
});

describe("a simulation says what it does not take", () => {
  const workload = tinyWorkload(requests);

  test("arrivals in time that has been simulated", () => {
    const simulation = createSimulation(tinyPlan());
    simulation.push(workload);
    simulation.advance(1e9);
    expect(() => simulation.push(tinyWorkload([{ input: 4, output: 1, arrivalNs: 5e8 }]))).toThrow(/been simulated/);
    simulation.push(tinyWorkload([{ input: 4, output: 1, arrivalNs: 1e9 }]));
    expect(simulation.finish().requests).toBe(13);
  });

  test.each([
    ["an empty object", {}],
    ["rows as objects", [{ inputTokens: 1, outputTokens: 1, arrivalNs: 0 }]],
    ["columns that are too short", { ...workload, arrivalNs: workload.arrivalNs.slice(0, 3) }],
  ])("%s in place of a chunk", (_, chunk) => {
    expect(() => createSimulation(tinyPlan()).push(chunk as never)).toThrow(/not a chunk of requests/);
  });

  test("anything after the end, and a second finish gives the same result", () => {
    const simulation = createSimulation(tinyPlan());
    simulation.push(workload);
    const summary = simulation.finish();
    expect(simulation.finish()).toBe(summary);
    expect(() => simulation.push(workload)).toThrow(/has finished/);
  });
});

test("with a report per iteration no token is lost, however many instances end at one time", () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 3), tinyRequests, (instances, list) => {
      const reports: IntervalReport[] = [];
      // Twins run in step, one on each instance.
      const twins = list.flatMap((request) => Array.from({ length: instances }, () => ({ ...request, shared: 0 })));
      const simulation = createSimulation(
        tinyPlan({ instances }, { routing: "RR" }),
        { onInterval: (report) => reports.push(report) },
        { logIntervalS: 0 },
      );
      simulation.push(tinyWorkload(twins));
      simulation.finish();
      const tokens = reports.reduce(
        (sum, { decodeTokS, startNs, endNs }) => sum + (decodeTokS * (endNs - startNs)) / 1e9,
        0,
      );
      expect(tokens).toBeCloseTo(
        twins.reduce((sum, { output }) => sum + output, 0),
        6,
      );
    }),
    { numRuns: 30 },
  );
});

test("energy does not depend on the clock's origin: it counts from the first arrival", () => {
  const energyAt = (originNs: number) => {
    const shifted = requests.map((request) => ({ ...request, arrivalNs: originNs + 1000 * request.input }));
    return simulate(tinyPlan({ options: interleaved, power: { ...power, npu: { TINY: power.npu.big! } } }), [
      tinyWorkload(shifted),
    ]).energy_j!;
  };
  expect(energyAt(7_000_000_000)).toEqual(energyAt(0));
});

describe("instances that differ", () => {
  /** Two instances, of 10 and of 200 KV blocks of 4 tokens. */
  const inputs = tinyInputs({ instances: 2 });
  const [small, large] = inputs.nodes[0]!.instances;
  const node = {
    ...inputs.nodes[0]!,
    instances: [
      { ...small!, gpuBlocks: 10 },
      { ...large!, gpuBlocks: 200 },
    ],
  };
  const plan = (routing: "LOAD" | "RR" | "RAND") => createPlan({ ...inputs, nodes: [node] }, { routing });
  const long = Array.from({ length: 6 }, (_, i) => ({ input: i % 2 === 0 ? 100 : 8, output: 2, arrivalNs: 1000 * i }));

  test("have KV room of their own", () => {
    expect(plan("LOAD").instances.map(({ gpuBlocks }) => gpuBlocks)).toEqual([10, 200]);
  });

  test.each(["LOAD", "RR", "RAND"] as const)("%s sends a request where it fits", (routing) => {
    const results: RequestResult[] = [];
    simulate(plan(routing), [tinyWorkload(long)], { onRequest: (result) => results.push(result) });
    expect(results).toHaveLength(6);
    for (const { inputTokens, instanceId } of results) if (inputTokens === 100) expect(instanceId).toBe(1);
  });

  test("refuse what fits none of them, with the line of its file", () => {
    const chunk = { ...tinyWorkload([{ input: 900, output: 2, arrivalNs: 0 }]), lines: Int32Array.of(17) };
    expect(() => createSimulation(plan("RR")).push(chunk)).toThrow(/workload:17.*fits no other instance either/);
  });
});

describe("in phase decode the GPU needs room for prompts only", () => {
  const options = { ...onPim, attnOffloadPhase: "decode" as const, enablePrefixCaching: false };

  test("so a long answer is served by a GPU that could not hold it", () => {
    const summary = simulate(tinyPlan({ gpuBlocks: 5, options }), [
      tinyWorkload(Array.from({ length: 5 }, () => ({ input: 20, output: 60, arrivalNs: 0 }))),
    ]);
    expect(summary.output_tokens).toBe(300);
    expect(() =>
      createSimulation(tinyPlan({ gpuBlocks: 5, options })).push(
        tinyWorkload([{ input: 21, output: 1, arrivalNs: 0 }]),
      ),
    ).toThrow(/needs 6 KV blocks/);
  });

  test("and none is lost where channel groups are full: whoever could not be recomputed is never preempted", () => {
    fc.assert(
      fc.property(tinyRequests, fc.boolean(), (list, asyncScheduling) => {
        const plan = tinyPlan({ gpuBlocks: 30, channels: 4, options: { ...options, asyncScheduling } });
        const { layout } = plan.instances[0]!.pim!;
        plan.instances[0]!.pim = plan.instances[0]!.costs.pim = {
          ...plan.instances[0]!.pim!,
          layout: { ...layout, blocksPerGroup: 45 },
        };
        const summary = simulate(plan, [tinyWorkload(list)]);
        expect(summary.requests).toBe(list.length);
      }),
      { numRuns: 60 },
    );
  });
});

test("an fp8 KV cache needs a profile that was measured with one, wherever attention runs on the GPU", () => {
  const planWith = (options: Partial<InstanceOptions>) => () =>
    tinyPlan({ options: { ...InstanceOptions.parse({ blockSize: 4 }), kvCacheDtype: "fp8", ...options } });
  expect(planWith({})).toThrow(/measured with KV elements of 2 bytes/);
  expect(planWith({ ...onPim, attnOffloadPhase: "decode" })).toThrow(/measured with KV elements of 2 bytes/);
  expect(planWith({ ...onPim, attnOffloadPhase: "all" })).not.toThrow();
});
