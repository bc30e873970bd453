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
  return ({ plan, index, batch, division, table, replay }) => {
    if (index >= limit) return;
    const text = toText({
      model: plan.rank,
      architecture: architectureOf(plan.model),
      elementBytes: plan.elementBytes,
      kvElementBytes: plan.kvElementBytes,
      costs: plan.costs,
      batch,
      division,
      table,
      node: plan.node,
      replay,
    });
    folder.write(plan.id, index, text);
  };
}
