/**
 * @module
 * Offload against interleaving: the bundled workloads in every mode and both offload phases.
 */
import { createPlan, inMode, type Mode, modeNames, simulate } from "@tandem-sim/engine";
import { InstanceOptions, type Summary } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";

const workloads = ["prefill_heavy", "decode_heavy", "mixed"] as const;
const cluster = "single_node_pim_instance";

/** One run of the suite. */
export interface ModeResult {
  workload: string;
  mode: Mode;
  /** Null where nothing is offloaded. */
  phase: InstanceOptions["attnOffloadPhase"] | null;
  /** Wall time of the simulation, ms. */
  wallMs: number;
  summary: Summary;
}

/** Modes with the phases that make a difference to them. */
const variants = modeNames.flatMap((mode): { mode: Mode; phase: ModeResult["phase"] }[] =>
  mode === "gpu-only" ? [{ mode, phase: null }] : (["all", "decode"] as const).map((phase) => ({ mode, phase })),
);

/** Runs the suite; `onResult` is called after each run. */
export async function compareModes(onResult: (result: ModeResult) => void): Promise<void> {
  for (const workload of workloads) {
    const chunks = await loadWorkload(findWorkloadFile(workload));
    for (const { mode, phase } of variants) {
      const options = InstanceOptions.parse(phase ? { attnOffloadPhase: phase } : {});
      const plan = createPlan(inMode(loadClusterInputs(cluster, options), mode));
      const started = performance.now();
      const summary = simulate(plan, chunks);
      onResult({ workload, mode, phase, wallMs: performance.now() - started, summary });
    }
  }
}
