/**
 * @module
 * What placement and split policies do on the same loads: makespan of interleaving under each pair of them, held against
 * the GPU alone.
 */
import { InstanceOptions } from "@tandem-sim/schemas";
import { runMode, type ScenarioOutcome, scenarioWorkload } from "./run-scenario.js";

type Placement = InstanceOptions["kvPlacement"];
type Split = InstanceOptions["subBatchSplit"];

const placements = InstanceOptions.shape.kvPlacement.unwrap().options;
/** `requests` is `tokens` where all decode, and `chunk` where nobody's prefill is cut. */
const splits: readonly Split[] = ["tokens", "cost", "neupims"];

/** One load under every pair of policies. */
export interface PolicyGrid {
  /** Name of the scenario. */
  scenario: string;
  load: string;
  /** Makespan over that of GPU-only. */
  pairs: { placement: Placement; split: Split; makespan: number }[];
}

/** Loads of unequal lengths, where policies have something to choose: decodes as they come, large batches, prompts on PIM. */
export const policyScenarios: readonly string[] = ["a-poisson-near-capacity", "decode-large-batch", "prefill-short"];

/** Runs the load of a scenario, in the phase that matters most, under every pair of policies. */
export async function policyGrid({ scenario, runs: [gpuOnly] }: ScenarioOutcome): Promise<PolicyGrid> {
  const chunks = await scenarioWorkload(scenario);
  const [phase] = scenario.phases;
  const pairs = placements.flatMap((placement) =>
    splits.map((split) => {
      const options = { ...scenario.options, kv_placement: placement, sub_batch_split: split };
      const { summary } = runMode({ ...scenario, options }, chunks, "interleave", phase);
      return { placement, split, makespan: summary.makespan_ns / gpuOnly.summary.makespan_ns };
    }),
  );
  return { scenario: scenario.name, load: `${scenario.load}, phase ${phase}`, pairs };
}
