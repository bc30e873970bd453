/**
 * @module
 * Speed of an iteration's costs by where the GPU's times come from: measured tables, or its spec sheet.
 */
import { createPlan, type InstancePlan, IterationPlanner, inMode, type Mode } from "@tandem-sim/engine";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findGpuSpecFile, loadClusterInputs, readGpuSpec } from "@tandem-sim/schemas/node";
import { Bench } from "tinybench";
import { type BatchShape, createBatch, decodes } from "./batch-shape.js";

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

/** Microseconds of planning one iteration, median, from each source. */
export async function gpuSourceSpeed(): Promise<{ name: string; tablesUs: number; specSheetUs: number }[]> {
  const bench = new Bench({ time: 300, warmupTime: 100 });
  const prompt = { requests: 1, tokens: 512, context: 0 };
  const cases: { name: string; mode: Mode; shapeOf: (context: number) => BatchShape }[] = [
    { name: "256 decodes, interleaved", mode: "interleave", shapeOf: (context) => decodes(256, context) },
    { name: "256 decodes", mode: "gpu-only", shapeOf: (context) => decodes(256, context) },
    { name: "8 decodes", mode: "gpu-only", shapeOf: (context) => decodes(8, context) },
    {
      name: "127 decodes and a prompt",
      mode: "gpu-only",
      shapeOf: (context) => ({ ...decodes(127, context), prompts: prompt }),
    },
  ];
  for (const { name, mode, shapeOf } of cases) {
    for (const source of ["tables", "spec sheet"] as const) {
      const instance = instanceFrom(source, mode);
      const groups = instance.pim?.layout.groups ?? 0;
      // Contexts differ from call to call, as they do from one iteration to the next.
      const batches = Array.from({ length: 64 }, (_, i) => createBatch(shapeOf(500 + 17 * i), groups));
      const planner = new IterationPlanner(instance);
      let next = 0;
      bench.add(`${name}, ${source}`, () => {
        const batch = batches[next++ % batches.length];
        if (batch) planner.choose(batch);
      });
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
