import { InstanceOptions, type PowerBlock, Summary } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";
import { describe, expect, test } from "vitest";
import { createPlan, inMode, type Mode, modeNames, type NodeEnergyResult, simulate } from "../src/index.js";
import { type WithItl, withItl } from "./with-itl.js";

/** A change here is a change of behaviour: look at it, and if it is meant, update with `-u` and say so. */
const workloads = ["example_trace", "prefill_heavy", "decode_heavy", "mixed"] as const;
const phases: Record<Mode, readonly InstanceOptions["attnOffloadPhase"][]> = {
  "gpu-only": ["all"],
  // These loads fit: as GPU-only.
  "kv-offload": [],
  offload: ["all", "decode"],
  interleave: ["all", "decode"],
  auto: ["all", "decode"],
};

const cases = workloads.flatMap((workload) =>
  modeNames.flatMap((mode) => phases[mode].map((phase) => [workload, mode, phase] as const)),
);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

async function run([workload, mode, phase]: (typeof cases)[number]) {
  const inputs = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({ attnOffloadPhase: phase }));
  const requests = await loadWorkload(findWorkloadFile(workload));
  const plan = createPlan(inMode(inputs, mode));
  const results: WithItl[] = [];
  const energies: NodeEnergyResult[] = [];
  const summary = simulate(plan, requests, {
    onRequest: (result) => void results.push(withItl(result)),
    onEnergy: (nodes) => void energies.push(...nodes),
  });
  return { plan, requests, results, summary, energies };
}

type Run = Awaited<ReturnType<typeof run>>;

function golden({ requests, iterations, makespan_ns, ttft_ms, tpot_ms, ...summary }: Summary) {
  return {
    requests,
    iterations,
    makespan_ns,
    ttft_mean_ms: ttft_ms.mean,
    tpot_mean_ms: tpot_ms.mean,
    interleaving: summary.interleaving,
    link_bytes: summary.link_bytes,
    prefix_hit_tokens: summary.prefix_hit_tokens,
    energy_j: Math.round(summary.energy_j?.total ?? 0),
  };
}

/** Every request is served once, with its tokens, in the order of its life. */
function expectConserved({ requests, results, summary }: Run): void {
  expect(results.map(({ requestId }) => requestId).sort((a, b) => a - b)).toEqual(results.map((_, id) => id));
  const asked = requests.flatMap(({ count, outputTokens }) => [...outputTokens.subarray(0, count)]);
  expect(summary.requests).toBe(asked.length);
  for (const { requestId, outputTokens, itlNs } of results) {
    expect(outputTokens).toBe(asked[requestId]);
    expect(itlNs).toHaveLength(outputTokens - 1);
  }
  expect(summary.output_tokens).toBe(sum(asked));
  for (const { queuingNs, ttftNs, latencyNs, itlNs, arrivalNs, endNs } of results) {
    expect(queuingNs).toBeGreaterThanOrEqual(0);
    expect(ttftNs).toBeGreaterThan(queuingNs);
    expect(latencyNs).toBe(ttftNs + sum([...itlNs]));
    expect(endNs).toBe(arrivalNs + latencyNs);
  }
}

/** Every device is busy or idle for one reason at a time, and the schema holds shares to [0, 1]. */
function expectWholeTime({ plan, summary }: Run): void {
  expect(Summary.safeParse(summary).error).toBeUndefined();
  const { idle, gpu_busy, pim_busy, interleaving, iterations } = summary;
  expect(gpu_busy + sum(Object.values(idle.gpu).map((share) => share ?? 0))).toBeCloseTo(1, 9);
  const offloads = plan.instances.some(({ pim }) => pim);
  expect(idle.pim !== null).toBe(offloads);
  if (idle.pim) expect((pim_busy ?? 0) + sum(Object.values(idle.pim))).toBeCloseTo(1, 9);
  const { interleaved, chunked, serial, single_request } = interleaving;
  expect(interleaved + chunked + serial + single_request).toBe(iterations);
}

/** Joules are the integral of watts; a GPU is in one state at a time; every byte over the link is paid for. */
function expectEnergyOf({ plan, results, summary, energies }: Run): void {
  const power = plan.nodes[0]?.power as PowerBlock;
  const joules = summary.energy_j as Record<string, number>;
  const npu = Object.values(power.npu)[0] as PowerBlock["npu"][string];
  const series = energies[0]?.energy?.series ?? [];
  const total = joules.total ?? 0;
  expect(sum(series.map((row) => (row.total * (row.endNs - row.startNs)) / 1e9)) / total).toBeCloseTo(1, 9);
  const { total: _, ...components } = joules;
  expect(sum(Object.values(components)) / total).toBeCloseTo(1, 9);
  // All workloads begin at 0, as does the meter.
  expect(Math.min(...results.map(({ arrivalNs }) => arrivalNs))).toBe(0);
  const seconds = summary.makespan_ns / 1e9;
  const { npu_active = 0, npu_standby = 0, npu_idle = 0, link = 0, base = 0 } = joules;
  const states = npu_active / npu.active_power + npu_standby / npu.standby_power + npu_idle / npu.idle_power;
  expect(states / seconds).toBeCloseTo(1, 9);
  expect(npu_active / npu.active_power / seconds).toBeCloseTo(summary.gpu_busy, 9);
  const { up, down } = summary.link_bytes;
  const linkW = power.link.num_links * power.link.idle_power;
  expect(link).toBeCloseTo(linkW * seconds + (up + down) * 8 * power.link.energy_per_bit * 1e-12, 6);
  const baseW = power.base_node_power + power.nic.num_nics * power.nic.idle_power;
  expect(base).toBeCloseTo((baseW + power.storage.num_devices * power.storage.idle_power) * seconds, 6);
  expect((joules.pim_compute ?? 0) > 0).toBe(summary.pim_busy !== null);
  const { energy } = summary;
  expect((energy?.j_per_token ?? 0) * summary.output_tokens).toBeCloseTo(total, 6);
  // A second read is part of what the GPU did.
  expect(energy?.npu_active_for_second_weight_read_j).toBeLessThan(npu_active);
}

const runs = new Map<string, Promise<Run>>();
/** The invariants are of the very run that the snapshot is of. */
function runOf(...which: (typeof cases)[number]): Promise<Run> {
  const key = which.join();
  const made = runs.get(key) ?? run(which);
  runs.set(key, made);
  return made;
}

describe("the bundled workloads on the bundled PIM cluster give what they gave", () => {
  test.each(cases)("%s, %s, phase %s", async (...which) => {
    expect(golden((await runOf(...which)).summary)).toMatchSnapshot();
  });
});

describe.each(cases)("of the run of %s, %s, phase %s", (...which) => {
  test("every request is served once, to its end", async () => expectConserved(await runOf(...which)));
  test("each device is busy or idle, for one reason at a time", async () => expectWholeTime(await runOf(...which)));
  test("energy is the integral of power, and pays for states and bytes", async () =>
    expectEnergyOf(await runOf(...which)));
});
