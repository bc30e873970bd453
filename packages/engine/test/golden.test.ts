import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";
import { describe, expect, test } from "vitest";
import { createPlan, inMode, type Mode, modeNames, simulate } from "../src/index.js";

/** A change here is a change of behaviour: look at it, and if it is meant, update with `-u` and say so. */
const workloads = ["example_trace", "prefill_heavy", "decode_heavy", "mixed"] as const;
const phases: Record<Mode, readonly InstanceOptions["attnOffloadPhase"][]> = {
  "gpu-only": ["all"],
  offload: ["all", "decode"],
  interleave: ["all", "decode"],
  auto: ["all", "decode"],
};

const cases = workloads.flatMap((workload) =>
  modeNames.flatMap((mode) => phases[mode].map((phase) => [workload, mode, phase] as const)),
);

describe("the bundled workloads on the bundled PIM cluster give what they gave", () => {
  test.each(cases)("%s, %s, phase %s", async (workload, mode, phase) => {
    const inputs = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({ attnOffloadPhase: phase }));
    const summary = simulate(createPlan(inMode(inputs, mode)), await loadWorkload(findWorkloadFile(workload)));
    const { requests, iterations, makespan_ns, ttft_ms, tpot_ms, interleaving, link_bytes, prefix_hit_tokens } =
      summary;
    expect({
      requests,
      iterations,
      makespan_ns,
      ttft_mean_ms: ttft_ms.mean,
      tpot_mean_ms: tpot_ms.mean,
      interleaving,
      link_bytes,
      prefix_hit_tokens,
      energy_j: Math.round(summary.energy_j?.total ?? 0),
    }).toMatchSnapshot();
  });
});
