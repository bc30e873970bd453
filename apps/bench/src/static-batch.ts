/**
 * @module
 * A batch that is not scheduled but given: so many decodes at one context, on the bundled PIM cluster.
 */
import { createPlan, inMode, type InstancePlan } from "@tandem-sim/engine";
import { Batch } from "@tandem-sim/scheduler";
import { InstanceOptions } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";

/** The one instance of the bundled PIM cluster, interleaving. */
export function interleavingInstance(): InstancePlan {
  const inputs = inMode(loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({})), "interleave");
  return createPlan(inputs).instances[0] as InstancePlan;
}

/** `decodes` requests with `context` computed tokens each, spread evenly over the channel groups. */
export function decodeBatch(decodes: number, context: number, groups: number): Batch {
  const batch = new Batch(decodes);
  for (let i = 0; i < decodes; i++) {
    batch.add({ row: i, tokens: 1, context, prefill: false, samples: true, group: i % groups, hits: 0, order: i });
  }
  return batch;
}
