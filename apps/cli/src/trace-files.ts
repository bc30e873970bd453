/**
 * @module
 * Text traces of iterations, one file each.
 */
import type { IterationStart } from "@tandem-sim/engine";
import { architectureOf } from "@tandem-sim/hardware";
import { toText } from "@tandem-sim/trace";
import type { TraceFolder } from "./trace-folder.js";

/** Writes a trace for the first `limit` iterations of every instance. */
export function traceWriter(folder: TraceFolder, limit: number): (iteration: IterationStart) => void {
  return ({ plan, index, batch, split, program }) => {
    if (index >= limit) return;
    const { pim } = plan;
    const text = toText({
      model: plan.model,
      architecture: architectureOf(plan.model),
      elementBytes: plan.elementBytes,
      kvElementBytes: plan.kvElementBytes,
      costs: plan.costs,
      batch,
      split,
      program,
      node: plan.node,
      channels: pim ? { first: pim.firstChannel, count: pim.channels, perGroup: pim.channelsPerGroup } : null,
    });
    folder.write(plan.id, index, text);
  };
}
