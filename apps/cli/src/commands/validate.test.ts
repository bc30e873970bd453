import { createPlan, type RequestResult, simulate } from "@tandem-sim/engine";
import type { MetricError } from "@tandem-sim/report";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";
import { beforeEach, describe, expect, it } from "vitest";
import { writeRecording } from "../../test/recording.js";
import { tandem, temporaryFolder } from "../../test/tandem.js";

let dir = "";
beforeEach(() => {
  dir = temporaryFolder();
});

const cluster = "single_node_gpu_instance";

/** Writes what a recorder would of an engine that is exactly the simulated one. */
async function record(options: Partial<InstanceOptions>, engine_kwargs: Record<string, unknown>): Promise<void> {
  const chunks = await loadWorkload(findWorkloadFile("example_trace"));
  const results: RequestResult[] = [];
  const inputs = loadClusterInputs(cluster, InstanceOptions.parse(options));
  simulate(createPlan(inputs), chunks, { onRequest: (result) => results.push(result) });
  writeRecording(dir, results, { engine_kwargs });
}

const args = (...flags: string[]) => [
  ...["validate", "--vllm", dir, "--cluster-config", cluster, "--dataset", "example_trace", "--json"],
  ...flags,
];

async function validate(...flags: string[]) {
  const { stdout } = await tandem(args(...flags));
  return JSON.parse(stdout) as { metrics: MetricError[]; mean_abs_error_pct: number };
}

describe("tandem validate", () => {
  it.each([
    ["the defaults", {}, {}],
    ["2 requests per batch", { maxNumSeqs: 2 }, { max_num_seqs: 2 }],
    ["a synchronous engine", { asyncScheduling: false }, { async_scheduling: false }],
    ["small steps", { maxNumBatchedTokens: 16 }, { max_num_batched_tokens: 16 }],
  ] as const)("finds no difference to a recording of itself with %s", async (_, options, engine) => {
    await record(options, engine);
    const { metrics, mean_abs_error_pct } = await validate();
    expect(metrics).toHaveLength(15);
    expect(mean_abs_error_pct).toBeLessThan(1e-6);
  });

  it("a flag that the user gives wins over the recording, and makes a difference here", async () => {
    await record({ maxNumSeqs: 2 }, { max_num_seqs: 2 });
    expect((await validate("--max-num-seqs", "1")).mean_abs_error_pct).toBeGreaterThan(10);
  });

  it("num_gpu_blocks sizes the KV cache: a request that needs more is refused", async () => {
    await record({}, { num_gpu_blocks: 5 });
    expect((await tandem(args())).stderr).toMatch(/KV blocks .* has 4/);
  });

  it("warns of a cluster with another model", async () => {
    await record({}, { model: "meta-llama/Llama-3.1-70B" });
    const { stderr } = await tandem(args());
    expect(stderr.match(/\[WARNING\].*/g)).toEqual([expect.stringContaining("recorded with meta-llama/Llama-3.1-70B")]);
  });

  it("does not move the arrivals of what has happened", async () => {
    await record({}, {});
    const { code, stderr } = await tandem(args("--request-rate", "5"));
    expect(stderr).toContain("--request-rate");
    expect(code).toBe(2);
  });
});
