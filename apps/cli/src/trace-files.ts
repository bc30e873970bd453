/**
 * @module
 * Text traces of iterations, one file each.
 */
import { join } from "node:path";
import type { IterationStart } from "@tandem-sim/engine";
import { architectureOf } from "@tandem-sim/hardware";
import { TandemError } from "@tandem-sim/schemas";
import { toText } from "@tandem-sim/trace";
import { makeFolder, writeWhole } from "./output-file.js";

/** Writes `instance_<i>_batch_<n>.txt` for the first `limit` iterations of every instance. */
export function traceWriter(dir: string, limit: number): (iteration: IterationStart) => void {
  try {
    makeFolder(dir);
  } catch (error) {
    throw new TandemError("E_OUTPUT", `cannot create the folder: ${(error as Error).message}`, { where: dir });
  }
  return ({ plan, index, batch, division, table }) => {
    if (index >= limit) return;
    const text = toText({
      model: plan.model,
      architecture: architectureOf(plan.model),
      elementBytes: plan.elementBytes,
      kvElementBytes: plan.kvElementBytes,
      costs: plan.costs,
      batch,
      division,
      table,
      node: plan.node,
    });
    writeWhole(join(dir, `instance_${plan.id}_batch_${index}.txt`), text);
  };
}
