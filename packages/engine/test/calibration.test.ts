/**
 * @module
 * What the constants of a service do to a simulation, and what iterations that are costed again say.
 */
import { type CalibrationConstants, neutralConstants } from "@tandem-sim/schemas";
import { describe, expect, test } from "vitest";
import { createPlan, RecostedIterations, type RequestResult, simulate } from "../src/index.js";
import { type TinyCluster, tinyInputs, tinyWorkload } from "./tiny-cluster.js";

const roofline = { memory_gbps: 100, tflops: 10 };
const load = [
  tinyWorkload([
    { input: 40, output: 12, arrivalNs: 0 },
    { input: 9, output: 20, arrivalNs: 200_000 },
  ]),
];

const planOf = (constants: Partial<CalibrationConstants>, cluster: TinyCluster = {}) =>
  createPlan({
    ...tinyInputs(cluster),
    calibration: { constants: { ...neutralConstants, ...constants }, roofline },
  });

function served(constants: Partial<CalibrationConstants>, cluster: TinyCluster = {}) {
  const results: RequestResult[] = [];
  const summary = simulate(planOf(constants, cluster), load, { onRequest: (result) => results.push(result) });
  return { results, summary };
}

describe("constants of a service", () => {
  test("that change nothing change nothing", () => {
    expect(served({}).summary).toEqual(simulate(createPlan(tinyInputs()), load));
  });

  test("host time is added to every iteration, and the GPU stands idle", () => {
    const alone = { options: { maxNumSeqs: 1 } };
    const [plain, slow] = [served({}, alone), served({ host_ns_per_step: 5000 }, alone)];
    const { summary } = plain;
    expect(slow.summary.iterations).toBe(summary.iterations);
    expect(slow.summary.makespan_ns - summary.makespan_ns).toBe(5000 * summary.iterations);
    const { idle, makespan_ns, iterations } = slow.summary;
    expect(idle.gpu.waiting_for_host).toBeCloseTo((5000 * iterations) / makespan_ns, 12);
    expect(idle.gpu.no_work).toBeCloseTo(0, 9);
    expect(summary.idle.gpu).not.toHaveProperty("waiting_for_host");
    expect(slow.summary.gpu_busy * slow.summary.makespan_ns).toBeCloseTo(summary.gpu_busy * summary.makespan_ns, 0);
  });

  test("halving both efficiencies doubles the GPU's time", () => {
    const alone = { options: { maxNumSeqs: 1 } };
    const [plain, slow] = [served({}, alone), served({ memory_efficiency: 0.5, compute_efficiency: 0.5 }, alone)];
    const busy = ({ summary }: typeof plain): number => summary.gpu_busy * summary.makespan_ns;
    expect(busy(slow) / busy(plain)).toBeCloseTo(2, 1);
  });

  test("link efficiency acts on all-reduces between GPUs, and on one GPU on nothing", () => {
    expect(served({ link_efficiency: 0.5 }).summary).toEqual(served({}).summary);
    const [plain] = planOf({}, { gpus: 2 }).instances;
    const [slow] = planOf({ link_efficiency: 0.5 }, { gpus: 2 }).instances;
    expect(slow.costs.collective?.allReduceNs(8192)).toBe(2 * (plain.costs.collective?.allReduceNs(8192) ?? 0));
  });
});

describe("iterations costed again", () => {
  function recosted() {
    const iterations = new RecostedIterations([planOf({ memory_efficiency: 0.5, compute_efficiency: 0.5 })]);
    let endNs = 0;
    const summary = simulate(planOf({}), load, {
      onIteration: (iteration) => {
        iterations.add(iteration);
        endNs = iteration.startNs + iteration.played.latencyNs;
      },
    });
    return { iterations, summary, endNs };
  }

  test("say how many times as long the same batches take", () => {
    const { iterations } = recosted();
    expect(iterations.ratios[0]).toBeGreaterThan(1.9);
    expect(iterations.ratios[0]).toBeLessThan(2);
  });

  test("up to any moment: nothing at the start, all at the end, in between in proportion", () => {
    const { iterations, summary, endNs } = recosted();
    expect([iterations.iterationsUntil(0, 0), iterations.longerUntil(0, 0, 0)]).toEqual([0, 0]);
    expect(iterations.iterationsUntil(0, endNs)).toBe(summary.iterations);
    const whole = iterations.longerUntil(0, 0, endNs);
    expect(whole).toBeCloseTo((iterations.ratios[0] - 1) * iterations.meanNs * summary.iterations, 3);
    const half = iterations.longerUntil(0, 0, endNs / 2);
    expect(half / whole).toBeGreaterThan(0.3);
    expect(half / whole).toBeLessThan(0.7);
  });
});
