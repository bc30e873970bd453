/**
 * @module
 * Batches that are not scheduled but given: so many decodes at one context, on the bundled PIM cluster.
 */
import { createPlan, type InstancePlan, IterationPlanner, inMode, type Mode } from "@tandem-sim/engine";
import { Batch } from "@tandem-sim/scheduler";
import { InstanceOptions } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";

/** The one instance of the bundled PIM cluster in a mode. */
export function bundledInstance(mode: Mode): InstancePlan {
  const inputs = inMode(loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({})), mode);
  return createPlan(inputs).instances[0] as InstancePlan;
}

/** `decodes` requests with `context` computed tokens each, spread evenly over the channel groups. */
export function decodeBatch(decodes: number, context: number, groups: number): Batch {
  const batch = new Batch(decodes);
  for (let i = 0; i < decodes; i++) {
    const group = groups > 0 ? i % groups : -1;
    batch.add({ row: i, tokens: 1, context, prefill: false, samples: true, group, hits: 0, order: i });
  }
  return batch;
}

/** One iteration of such a batch: its schedule, divided where the instance interleaves. */
export function playBatch(instance: InstancePlan, decodes: number, context: number): IterationPlanner {
  const planner = new IterationPlanner(instance);
  planner.choose(decodeBatch(decodes, context, instance.pim?.layout.groups ?? 0));
  return planner;
}
