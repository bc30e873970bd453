import { Batch } from "@tandem-sim/scheduler";
import { InstanceOptions } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import type { Played } from "@tandem-sim/trace";
import { describe, expect, test } from "vitest";
import { describeReference, reference } from "../../../schemas/test/reference.js";
import { createPlan, type InstancePlan, IterationPlanner, inMode, type Mode } from "../../src/index.js";

const gpuProfileDir = reference("gpu-profile/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16");

/** So many requests with so many new tokens behind a context. */
type Requests = readonly [count: number, tokens: number, context: number];

type Phase = InstanceOptions["attnOffloadPhase"];

/** The bundled profile, or the raw tables that it is made from. */
type Tables = "bundled" | "raw";

function planInstance(tables: Tables, mode: Mode, phase: Phase): InstancePlan {
  const options = InstanceOptions.parse({ attnOffloadPhase: phase });
  const inputs = loadClusterInputs("single_node_pim_instance", options, tables === "raw" ? { gpuProfileDir } : {});
  const [instance] = createPlan(inMode(inputs, mode)).instances;
  // The table charges no appends.
  if (instance!.costs.pim) instance!.costs.pim.attention = { ...instance!.costs.pim.attention, appendNs: () => 0 };
  return instance!;
}

const planned = new Map<string, InstancePlan>();
/** Reading raw tables takes longer than all that is asked of them: once for each mode and phase. */
function instanceIn(tables: Tables, mode: Mode, phase: Phase): InstancePlan {
  const key = `${tables} ${mode} ${phase}`;
  const instance = planned.get(key) ?? planInstance(tables, mode, phase);
  planned.set(key, instance);
  return instance;
}

/** Places requests as admission does: on the group with the fewest tokens, in order. */
function batchOf(requests: readonly Requests[], groups: number): Batch {
  const batch = new Batch();
  const load = new Array<number>(groups).fill(0);
  for (const [count, tokens, context] of requests) {
    for (let k = 0; k < count; k++) {
      const group = groups > 0 ? load.indexOf(Math.min(...load)) : -1;
      if (group >= 0) load[group]! += context + tokens;
      const i = batch.size;
      batch.add({ row: i, tokens, context, prefill: tokens > 1, samples: true, group, hits: 0, order: i });
    }
  }
  return batch;
}

function play(tables: Tables, mode: Mode, phase: Phase, requests: readonly Requests[]): Readonly<Played> {
  const instance = instanceIn(tables, mode, phase);
  const planner = new IterationPlanner(instance);
  planner.choose(batchOf(requests, instance.pim?.layout.groups ?? 0));
  return planner.played;
}

const rows: [string, Requests[], Phase, number, number, [number, number]][] = [
  ["prefill 16 x 128 tokens, all", [[16, 128, 0]], "all", 82.9, 2.0, [1.04, 1.04]],
  ["prefill 4 x 512, all", [[4, 512, 0]], "all", 82.9, 4.26, [3.71, 3.71]],
  ["decode 8 at 512", [[8, 1, 511]], "all", 11.5, 1.01, [1.85, 1.85]],
  ["decode 64 at 1024", [[64, 1, 1023]], "all", 18.8, 1.27, [1.21, 1.21]],
  ["decode 128 at 1024", [[128, 1, 1023]], "all", 25.3, 1.45, [0.99, 0.99]],
  ["decode 256 at 512", [[256, 1, 511]], "all", 27.6, 1.57, [1.0, 1.0]],
  [
    "100 decodes at 1024 + 15 prompts of 127, all",
    [
      [100, 1, 1023],
      [15, 127, 0],
    ],
    "all",
    103.0,
    2.42,
    [1.49, 1.49],
  ],
  [
    "the same, decode phase",
    [
      [100, 1, 1023],
      [15, 127, 0],
    ],
    "decode",
    103.0,
    0.98,
    [0.82, 0.87],
  ],
];

const name = "static batches have the shape that the design expects, within 5%";
describe(`${name}: the bundled profile`, () => holdsFor("bundled"));
describeReference(`${name}: raw tables`, () => holdsFor("raw"));

function holdsFor(tables: Tables): void {
  test.each(rows)("%s", (_name, requests, phase, gpuOnlyMs, offloaded, [least, most]) => {
    const gpuOnly = play(tables, "gpu-only", phase, requests).latencyNs;
    expect(Math.abs(gpuOnly / 1e6 / gpuOnlyMs - 1)).toBeLessThan(0.05);
    expect(Math.abs(play(tables, "offload", phase, requests).latencyNs / gpuOnly / offloaded - 1)).toBeLessThan(0.05);
    const interleaved = play(tables, "interleave", phase, requests).latencyNs / gpuOnly;
    expect(interleaved).toBeGreaterThan(least * 0.95);
    expect(interleaved).toBeLessThan(most * 1.05);
  });

  test("at batch 128 and context 1000 interleaving is at least 20% shorter than offload, at batch 8 it is longer", () => {
    const latency = (mode: Mode, decodes: number): number => play(tables, mode, "all", [[decodes, 1, 999]]).latencyNs;
    expect(latency("interleave", 128)).toBeLessThan(0.8 * latency("offload", 128));
    expect(latency("interleave", 8)).toBeGreaterThan(latency("offload", 8));
  });
}
