/**
 * @module
 * Speed of an iteration's costs by where the GPU's times come from: measured tables, or its spec sheet.
 */
import { createPlan, type InstancePlan, IterationPlanner, inMode, type Mode } from "@tandem-sim/engine";
import { Batch } from "@tandem-sim/scheduler";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findGpuSpecFile, loadClusterInputs, readGpuSpec } from "@tandem-sim/schemas/node";
import { Bench } from "tinybench";
import { decodeBatch } from "./static-batch.js";

type Source = "tables" | "spec sheet";

function instanceFrom(source: Source, mode: Mode): InstancePlan {
  const loaded = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({}));
  const gpuSpec = readGpuSpec(findGpuSpecFile("RTXPRO6000"));
  const nodes = loaded.nodes.map((node) => ({
    ...node,
    instances: node.instances.map(({ model, options, profile }) =>
      source === "tables" && profile ? { model, options, profile } : { model, options, gpuSpec },
    ),
  }));
  return createPlan(inMode({ ...loaded, nodes }, mode)).instances[0] as InstancePlan;
}

/** Decodes beside one prompt chunk. */
function mixedBatch(decodes: number, context: number, chunk: number): Batch {
  const batch = new Batch(decodes + 1);
  const shared = { samples: true, group: -1, hits: 0 };
  for (let i = 0; i < decodes; i++) batch.add({ row: i, tokens: 1, context, prefill: false, order: i, ...shared });
  batch.add({ row: decodes, tokens: chunk, context: 0, prefill: true, order: decodes, ...shared });
  return batch;
}

/** Microseconds of planning one iteration, median, from each source. */
export async function gpuSourceSpeed(): Promise<{ name: string; tablesUs: number; specSheetUs: number }[]> {
  const bench = new Bench({ time: 300, warmupTime: 100 });
  const cases: { name: string; mode: Mode; batchOf: (context: number) => Batch }[] = [
    { name: "256 decodes, interleaved", mode: "interleave", batchOf: (context) => decodeBatch(256, context, 8) },
    { name: "256 decodes", mode: "gpu-only", batchOf: (context) => decodeBatch(256, context, 0) },
    { name: "8 decodes", mode: "gpu-only", batchOf: (context) => decodeBatch(8, context, 0) },
    { name: "127 decodes and a prompt", mode: "gpu-only", batchOf: (context) => mixedBatch(127, context, 512) },
  ];
  for (const { name, mode, batchOf } of cases) {
    // Contexts differ from call to call, as they do from one iteration to the next.
    const batches = Array.from({ length: 64 }, (_, i) => batchOf(500 + 17 * i));
    for (const source of ["tables", "spec sheet"] as const) {
      const planner = new IterationPlanner(instanceFrom(source, mode));
      let next = 0;
      bench.add(`${name}, ${source}`, () => planner.choose(batches[next++ % batches.length] as Batch));
    }
  }
  await bench.run();
  const medianUs = (name: string): number => {
    const result = bench.getTask(name)?.result;
    if (result?.state !== "completed") throw new Error(`${name}: ${result?.state}`);
    return result.latency.p50 * 1000;
  };
  return cases.map(({ name }) => ({
    name,
    tablesUs: medianUs(`${name}, tables`),
    specSheetUs: medianUs(`${name}, spec sheet`),
  }));
}
