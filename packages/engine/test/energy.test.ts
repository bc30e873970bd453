/**
 * @module
 * The energy of small runs, worked out by hand on the made-up cluster: a token's q takes 8 heads x 32 x 2 = 512 bytes, its
 * k and v 2 x 4 heads x 32 x 2 = 512, in each of three layers.
 */
import type { NodeEnergy } from "@tandem-sim/power";
import type { InstanceOptions, PowerBlock, Summary } from "@tandem-sim/schemas";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSimulation, type SimulationObserver } from "../src/index.js";
import {
  interleaved,
  onPim,
  type TinyCluster,
  type TinyRequest,
  tinyClusters,
  tinyPlan,
  tinyRequests,
  tinyWorkload,
} from "./tiny-cluster.js";

/** No idle power but the GPU's, so that what remains is what work took. */
const power: PowerBlock = {
  base_node_power: 0,
  npu: { TINY: { idle_power: 25, standby_power: 100, active_power: 550, standby_duration: 1 } },
  cpu: { idle_power: 0, active_power: 0, util: 0 },
  dram: { dimm_size: 32, idle_power: 0, energy_per_bit: 5 },
  link: { num_links: 1, idle_power: 0, energy_per_bit: 6 },
  nic: { num_nics: 0, idle_power: 0 },
  storage: { num_devices: 0, idle_power: 0 },
};

interface Metered {
  summary: Summary;
  /** Empty without a series. */
  series: NodeEnergy["series"];
}

/** @param seriesStepS step of the power series; absent: none, and every iteration is reported in totals */
function metered(cluster: TinyCluster, requests: readonly TinyRequest[], seriesStepS?: number): Metered {
  const series: NodeEnergy["series"][number][] = [];
  const onEnergy: SimulationObserver["onEnergy"] = ([node]) => void series.push(...(node?.energy?.series ?? []));
  const observer = seriesStepS ? { onEnergy } : {};
  const simulation = createSimulation(tinyPlan({ power, ...cluster }), observer, { logIntervalS: seriesStepS ?? 1 });
  simulation.push(tinyWorkload(requests));
  return { summary: simulation.finish(), series };
}

const joules = ({ summary }: Metered): Record<string, number> => {
  if (!summary.energy_j) throw new Error("the node has a power block");
  return summary.energy_j;
};

/** Borders of the series fall into every iteration: all runs are reported one by one. Or into none. */
const reported = [
  ["in totals", undefined],
  ["run by run", 1e-6],
] as const;

describe.each(reported)("%s", (_, stepS) => {
  // A's prompt: 40 tokens' k and v go up. B's: 36 of its 40 are A's and come down, 4 go up. One decode each: q, k and v
  // up, the output down. Up: 3 x (40 x 512 + 4 x 512 + 2 x 1024) = 73,728. Down: 3 x (36 x 512 + 2 x 512) = 58,368.
  const prefixHit: TinyRequest[] = [0, 1e9].map((arrivalNs) => ({ input: 40, output: 2, arrivalNs, shared: 36 }));

  test("every byte over the link costs energy, those of fetched prefixes too", () => {
    const run = metered({ options: { ...onPim, attnOffloadPhase: "decode" } }, prefixHit, stepS);
    expect(run.summary.prefix_hit_tokens).toBe(36);
    expect(run.summary.link_bytes).toEqual({ up: 73_728, down: 58_368 });
    expect(joules(run).link).toBeCloseTo(132_096 * 8 * 6e-12, 15);
  });

  // Without offload only token ids cross, 4 bytes each way: 40 + 4 of prompts, 2 of decodes.
  test("without offload token ids alone are read and written in host memory", () => {
    const dram = { ...power.dram, energy_per_bit: 0 };
    const [run, free] = [power, { ...power, dram }].map((block) => joules(metered({ power: block }, prefixHit, stepS)));
    expect(run?.link).toBe(0);
    expect((run?.dram ?? 0) - (free?.dram ?? 0)).toBeCloseTo(46 * 2 * 4 * 8 * 5e-12, 13);
  });

  // Two requests, a sub-batch each, five iterations. The second weight read of an iteration: in three layers layernorm 1,
  // qkv 3, rotary 1, o 2, layernorm 1, gate and up 6, act 1, down 3 = 18 us; embedding 1, the last norm 1 us; head and
  // sampler of one sequence twice instead of two once: 2 x (10.125 + 2.0625) - (10.25 + 2.125) = 12 us; token ids in and
  // out once more at the 50 ns of host memory: 68.1 us, each layer in whole ns.
  test("a second weight read costs active power", () => {
    const twins = [0, 0].map((arrivalNs) => ({ input: 20, output: 5, arrivalNs }));
    const { summary } = metered({ options: interleaved }, twins, stepS);
    expect(summary.interleaving.interleaved).toBe(5);
    expect(summary.energy?.npu_active_for_second_weight_read_j).toBeCloseTo(5 * 68.1e-6 * 550, 5);
  });

  test("the GPU is on active power while it runs, warm between, idle after standby_duration", () => {
    const lone: TinyRequest[] = [0, 3e9].map((arrivalNs) => ({ input: 20, output: 2, arrivalNs }));
    const run = metered({}, lone, stepS);
    const makespanS = run.summary.makespan_ns / 1e9;
    const busyS = run.summary.gpu_busy * makespanS;
    const { npu_active, npu_standby, npu_idle } = joules(run);
    expect(npu_active).toBeCloseTo(550 * busyS, 9);
    // 1 s after the first request.
    expect(npu_standby).toBeCloseTo(100 * 1, 9);
    expect(npu_idle).toBeCloseTo(25 * (makespanS - busyS - 1), 9);
  });
});

test("a token costs the run's energy over its tokens, a request over its requests", () => {
  const run = metered(
    {},
    [0, 1e6, 2e6].map((arrivalNs) => ({ input: 20, output: 4, arrivalNs })),
  );
  const { total } = joules(run) as { total: number };
  expect(run.summary.energy?.j_per_token).toBe(total / 12);
  expect(run.summary.energy?.j_per_request).toBe(total / 3);
});

describe("any workload in any mode", () => {
  const bytesOf = ({ up, down, between_gpus = 0 }: Summary["link_bytes"]): number => up + down + between_gpus;
  const powered = fc.record({ cluster: tinyClusters, requests: tinyRequests });

  test("takes the same energy in totals and run by run, and the series is its derivative", () => {
    fc.assert(
      fc.property(powered, fc.integer({ min: 2, max: 300 }), ({ cluster, requests }, stepUs) => {
        const totals = metered(cluster, requests);
        const runs = metered(cluster, requests, stepUs * 1e-6);
        for (const [component, j] of Object.entries(joules(totals))) {
          expect(joules(runs)[component], component).toBeCloseTo(j, 9);
        }
        const integral = runs.series.reduce((sum, row) => sum + row.total * (row.endNs - row.startNs) * 1e-9, 0);
        expect(Math.abs(integral / (joules(runs).total ?? 0) - 1)).toBeLessThan(1e-9);
      }),
      { numRuns: 40 },
    );
  });

  test("pays for every byte over its links", () => {
    fc.assert(
      fc.property(powered, fc.constantFrom(undefined, 50e-6), ({ cluster, requests }, stepS) => {
        const run = metered(cluster, requests, stepS);
        expect(joules(run).link).toBeCloseTo(bytesOf(run.summary.link_bytes) * 8 * 6e-12, 12);
      }),
      { numRuns: 40 },
    );
  });

  test("computes on PIM for the same energy in phase all, undivided or in sub-batches", () => {
    const twins = [0, 0].map((arrivalNs) => ({ input: 20, output: 5, arrivalNs }));
    const pimJ = (options: Partial<InstanceOptions>): number => joules(metered({ options }, twins)).pim_compute ?? 0;
    expect(pimJ(interleaved)).toBeGreaterThan(0);
    expect(pimJ(interleaved)).toBeCloseTo(pimJ(onPim), 15);
  });
});
