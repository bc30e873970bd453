/**
 * @module
 * The engine on raw tables, synchronous, against what LLMServingSim itself printed for the same inputs.
 */
import { readFileSync } from "node:fs";
import { InstanceOptions } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";
import { expect, test } from "vitest";
import { describeReference, reference } from "../../../schemas/test/reference.js";
import { createPlan, type RequestResult, simulate } from "../../src/index.js";

const profile = reference("gpu-profile/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16");

/** Greatest relative difference that still counts as the same. */
const SAME = 1e-4;

/** Rows of a per-request CSV by request, without the list at the end. */
function readRows(file: string): Map<number, Record<string, number>> {
  const [header, ...lines] = readFileSync(reference(`sim-outputs/${file}`), "utf8")
    .trim()
    .split("\n");
  const names = header!.split(",");
  return new Map(
    lines.map((line) => {
      const cells = line.split(",");
      const row = Object.fromEntries(names.slice(0, -1).map((name, i) => [name, Number(cells[i])]));
      return [row["request id"]!, row];
    }),
  );
}

async function run(cluster: string, workload: string) {
  const options = InstanceOptions.parse({ asyncScheduling: false });
  const plan = createPlan(loadClusterInputs(reference(cluster), options, { gpuProfileDir: profile }));
  const results: RequestResult[] = [];
  const summary = simulate(plan, await loadWorkload(reference(`workloads/${workload}`)), {
    onRequest: (result) => results.push(result),
  });
  return { summary, results };
}

describeReference("against LLMServingSim's own output", () => {
  test.each([
    {
      run: "300 ShareGPT requests",
      cluster: "vllm/RTXPRO6000-Llama-3.1-8B/cluster.json",
      workload: "sharegpt-llama-3.1-8b-300-sps10.jsonl",
      output: "sharegpt_300_gpu_only.csv",
      requests: 300,
    },
    {
      run: "the ten requests of its example",
      cluster: "configs/single_node_single_instance.json",
      workload: "example_trace.jsonl",
      output: "example_single_run.csv",
      requests: 10,
    },
  ])(
    "TTFT, TPOT and latency of each of $run are the same within 0.01%",
    async ({ cluster, workload, output, requests }) => {
      const { results } = await run(cluster, workload);
      const rows = readRows(output);
      expect(results).toHaveLength(requests);
      expect(rows.size).toBe(requests);
      const off = results.flatMap((result) => {
        const row = rows.get(result.requestId)!;
        expect([result.inputTokens, result.outputTokens, result.arrivalNs]).toEqual([
          row.input,
          row.output,
          row.arrival,
        ]);
        const metrics = { TTFT: result.ttftNs, TPOT: result.tpotNs, latency: result.latencyNs };
        return Object.entries(metrics)
          .filter(([name, ns]) => !(Math.abs(ns / row[name]! - 1) <= SAME))
          .map(([name, ns]) => ({ request: result.requestId, name, ns, wanted: row[name] }));
      });
      expect(off).toEqual([]);
    },
  );

  test("the 300 requests find 19,520 tokens in the prefix cache", async () => {
    const { summary } = await run("vllm/RTXPRO6000-Llama-3.1-8B/cluster.json", "sharegpt-llama-3.1-8b-300-sps10.jsonl");
    expect(summary.prefix_hit_tokens).toBe(19_520);
  });
});
