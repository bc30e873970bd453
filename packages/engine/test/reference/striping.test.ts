/**
 * @module
 * What striped KV makes of loads with long requests, on the bundled node of 64 DDR4 channels in 8 groups: the figures of
 * models.md section 10, makespan over that of the GPU alone, policy `auto`.
 */
import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { generateWorkload, parseLengths, type RequestChunk } from "@tandem-sim/workload";
import { loadWorkload } from "@tandem-sim/workload/node";
import { describe, expect, test } from "vitest";
import { createPlan, inMode, type Mode, simulate } from "../../src/index.js";

type Phase = InstanceOptions["attnOffloadPhase"];

function makespanNs(load: readonly RequestChunk[], mode: Mode, phase: Phase, stripeTokens: number): number {
  const options = InstanceOptions.parse({ attnOffloadPhase: phase });
  const inputs = loadClusterInputs("single_node_pim_instance", options, {
    change: (cluster) => {
      for (const { cpu_mem } of cluster.nodes)
        cpu_mem.pim = { share: 1, queries_per_row: 1, stripe_tokens: stripeTokens };
      return cluster;
    },
  });
  return simulate(createPlan(inMode(inputs, mode)), load).makespan_ns;
}

const atOnce = (requests: number, lengths: string): RequestChunk[] => [
  ...generateWorkload({
    requests,
    seed: 42,
    arrivals: { process: "constant", requestsPerSecond: Number.POSITIVE_INFINITY },
    inputTokens: parseLengths(lengths, "test"),
    outputTokens: parseLengths("fixed:256", "test"),
  }),
];

interface Load {
  name: string;
  requests: () => RequestChunk[] | Promise<RequestChunk[]>;
  phase: Phase;
  stripe: number;
  whole: number;
  striped: number;
}

const loads: Load[] = [
  {
    name: "one request of 32k",
    requests: () => atOnce(1, "fixed:32768"),
    phase: "decode",
    stripe: 1024,
    whole: 2.69,
    striped: 1.09,
  },
  {
    name: "24 requests of lognormal 8k",
    requests: () => atOnce(24, "lognormal:8000:0.8"),
    phase: "decode",
    stripe: 1024,
    whole: 1.18,
    striped: 0.99,
  },
  {
    name: "mixed",
    requests: () => loadWorkload(findWorkloadFile("mixed")),
    phase: "all",
    stripe: 128,
    whole: 2.06,
    striped: 1.44,
  },
];

const within = (found: number, published: number): void => expect(Math.abs(found / published - 1)).toBeLessThan(0.03);

describe.each(loads)("$name, phase $phase, stripes of $stripe", ({ requests, phase, stripe, whole, striped }) => {
  test(`go from ${whole} of GPU-only to ${striped}, within 3%`, async () => {
    const load = await requests();
    const gpuOnlyNs = makespanNs(load, "gpu-only", phase, 0);
    within(makespanNs(load, "auto", phase, 0) / gpuOnlyNs, whole);
    within(makespanNs(load, "auto", phase, stripe) / gpuOnlyNs, striped);
  });
});

test("short requests take as long in stripes of 1024 as whole", () => {
  const load = atOnce(16, "fixed:512");
  expect(makespanNs(load, "auto", "decode", 1024)).toBe(makespanNs(load, "auto", "decode", 0));
});
