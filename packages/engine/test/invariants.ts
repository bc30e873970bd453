/**
 * @module
 * The numbered invariants that hold for any run, whatever its plan was made from.
 */
import { type PowerBlock, Summary } from "@tandem-sim/schemas";
import { expect } from "vitest";
import { power } from "../../power/test/sample-node.js";
import { createSimulation, type IterationStart, type SimulationPlan } from "../src/index.js";
import { type TinyRequest, tinyWorkload } from "./tiny-cluster.js";
import { type WithItl, withItl } from "./with-itl.js";

/** Figures of a node, for the one GPU of the tiny cluster. */
export const tinyPower: PowerBlock = { ...power, npu: { TINY: power.npu.big } };

export interface CheckedRun {
  results: WithItl[];
  summary: Summary;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Runs a plan and checks invariants 1 (conservation), 2 (clock and causality), 3 (same bytes) and 7 (shares, energy). */
export function checkInvariants(
  plan: SimulationPlan,
  requests: readonly TinyRequest[],
  onIteration: (iteration: IterationStart) => void = () => {},
): CheckedRun {
  const run = runOnce(plan, requests, onIteration);
  checkConservation(run, requests);
  checkCausality(run);
  expect(JSON.stringify(runOnce(plan, requests))).toBe(JSON.stringify(run));
  checkShares(run);
  return run;
}

function runOnce(
  plan: SimulationPlan,
  requests: readonly TinyRequest[],
  onIteration: (iteration: IterationStart) => void = () => {},
): CheckedRun {
  const results: WithItl[] = [];
  let lastNs = 0;
  let memory: { gpu: number; pim: number | null } = { gpu: 0, pim: null };
  const simulation = createSimulation(
    plan,
    {
      onRequest: (result) => void results.push(withItl(result)),
      onIteration: (iteration) => {
        expect(iteration.startNs, "invariant 2").toBeGreaterThanOrEqual(lastNs);
        lastNs = iteration.startNs;
        onIteration(iteration);
      },
      onInterval: ({ gpuMemoryBytes: gpu, pimMemoryBytes: pim }) => {
        memory = { gpu, pim };
      },
      onEnergy: (nodes) => {
        for (const { energy } of nodes) {
          const integral = energy?.series.map(({ startNs, endNs, total }) => (total * (endNs - startNs)) / 1e9);
          if (energy && integral) expect(sum(integral) / energy.total, "invariant 7").toBeCloseTo(1, 9);
        }
      },
    },
    { logIntervalS: 1e-3 },
  );
  simulation.push(tinyWorkload(requests));
  const summary = simulation.finish();
  expect(memory, "invariant 1").toEqual({
    gpu: sum(plan.instances.map(({ weightBytes }) => weightBytes)),
    pim: plan.instances.some(({ pim }) => pim) ? 0 : null,
  });
  return { results, summary };
}

function checkConservation({ results }: CheckedRun, requests: readonly TinyRequest[]): void {
  const { inputTokens, outputTokens } = tinyWorkload(requests);
  const byId = [...results].sort((a, b) => a.requestId - b.requestId);
  expect(
    byId.map((result) => [result.requestId, result.inputTokens, result.outputTokens, result.itlNs.length + 1]),
    "invariant 1",
  ).toEqual(requests.map((_, id) => [id, inputTokens[id], outputTokens[id], outputTokens[id]]));
}

function checkCausality({ results }: CheckedRun): void {
  for (const { arrivalNs, queuingNs, ttftNs, latencyNs, endNs, itlNs } of results) {
    const inOrder = 0 <= queuingNs && queuingNs < ttftNs && ttftNs <= latencyNs && itlNs.every((ns) => ns > 0);
    expect(inOrder && endNs === arrivalNs + latencyNs, "invariant 2").toBe(true);
  }
}

function checkShares({ summary }: CheckedRun): void {
  // The schema holds every share to [0, 1].
  expect(Summary.safeParse(summary).error, "invariant 7").toBeUndefined();
  const { gpu, pim } = summary.idle;
  expect(summary.gpu_busy + sum(Object.values(gpu).map((share) => share ?? 0)), "invariant 7").toBeCloseTo(1, 9);
  if (pim) expect((summary.pim_busy ?? 0) + sum(Object.values(pim)), "invariant 7").toBeCloseTo(1, 9);
}
