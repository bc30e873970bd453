import { createPlan, inMode, simulate as run } from "@tandem-sim/engine";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { loadWorkload } from "@tandem-sim/workload/node";
import { describe, expect, test } from "vitest";
import { simulate as simulateGiven } from "../src/index.js";
import { compare, iterations, type SplitRule, type SweptCell, simulate, sweep } from "../src/node/index.js";

const inputs = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({}));
const chunks = await loadWorkload(findWorkloadFile("example_trace"));
const direct = (mode: "interleave" | "gpu-only") => run(createPlan(inMode(inputs, mode)), chunks);

describe("simulate", () => {
  test("gives what the layers below give, and names by default those of the command", async () => {
    expect(await simulate({ offload: true, interleave: true })).toEqual(direct("interleave"));
    expect(await simulate({ cluster: inputs.cluster, workload: chunks })).toEqual(direct("gpu-only"));
  });

  test("takes requests as lines, and what to generate", async () => {
    const lines = [3, 1].map((arrival) => ({ input_toks: 9, output_toks: 2, arrival_time_ns: arrival * 1e6 }));
    expect((await simulate({ workload: lines })).output_tokens).toBe(4);
    expect((await simulate({ workload: lines, numReqs: 1 })).requests).toBe(1);
    const summary = await simulate({
      workload: {
        requests: 5,
        seed: 1,
        arrivals: { process: "poisson", requestsPerSecond: 50 },
        inputTokens: { kind: "fixed", tokens: 20 },
        outputTokens: { kind: "fixed", tokens: 3 },
      },
    });
    expect(summary).toMatchObject({ requests: 5, output_tokens: 15 });
  });

  test("takes GPU times from the spec sheet where asked, and corrects times by what tandem calibrate has found", async () => {
    const doubts: string[] = [];
    const asked = { numReqs: 2, onWarning: (text: string) => void doubts.push(text) };
    const measured = await simulate(asked);
    const analytic = await simulate({ ...asked, gpuModel: "analytic" });
    expect(analytic.gpu_time).not.toEqual(measured.gpu_time);
    const metrics = { fit_half_pct: 2, mean_abs_error_pct: 2, metrics: [] };
    const calibration = {
      schema_version: 1,
      source: {
        ...{ made_by: "a test", recordings: ["none"], vllm_version: null, fitted_requests: 1, held_out_requests: 1 },
        ...{ hardware: "RTXPRO6000", model: "meta-llama/Llama-3.1-8B", tp: 2, gpu_times: "measured" },
      },
      constants: { host_ns_per_step: 1_000_000, memory_efficiency: 1, compute_efficiency: 1, link_efficiency: 1 },
      roofline: { memory_gbps: 1597, tflops: 400 },
      findings: { host_ns_per_step: "", memory_efficiency: "", compute_efficiency: "", link_efficiency: "" },
      errors: { before: metrics, after: metrics },
      spread_pct: null,
    };
    const corrected = await simulate({ ...asked, calibration });
    expect(corrected.makespan_ns).toBeGreaterThan(measured.makespan_ns);
    expect(await simulate({ ...asked, calibration: JSON.stringify(calibration) })).toEqual(corrected);
    expect(doubts[0]).toBe("options: $.calibration was fitted to 2 GPUs an instance, this run has 1");
    await expect(simulate({ ...asked, gpuModel: "analytic", calibration })).rejects.toThrow(
      "options: $.calibration: corrects measured GPU times, this run's are others",
    );
    await expect(simulate({ ...asked, calibration: { schema_version: 1 } })).rejects.toThrow(
      "options: $.calibration: $.source",
    );
  });

  test("tells observers, and warns where a run leaves what was measured", async () => {
    let finished = 0;
    const warnings: string[] = [];
    await simulate({
      workload: [{ input_toks: 60_000, output_toks: 2, arrival_time_ns: 0 }],
      observers: [{ onRequest: () => void finished++ }, { onRequest: () => void finished++ }],
      onWarning: (text) => warnings.push(text),
    });
    expect(finished).toBe(2);
    expect(warnings.join()).toContain("cached tokens of prefills");
  });

  test.each([
    ["an unknown option", { interleeve: true }, 'options: $: unknown field "interleeve" (did you mean "interleave"?)'],
    ["an unknown split", { split: "half" }, "$.split: expected one of tokens, requests, cost, chunk, neupims, or a"],
    ["a serving option out of bounds", { blockSize: 0 }, "$.blockSize"],
    ["an unknown cluster", { cluster: "single_node_pim_instanse" }, 'did you mean "single_node_pim_instance"?'],
    ["a bad request", { workload: [{ input_toks: 0 }] }, "workload.jsonl:1: $.input_toks: expected a whole number"],
    ["a cut of what is made", { workload: chunks, numReqs: 2 }, "$.numReqs: only a text, a file or a list"],
    ["a load that does not fit", { maxModelLen: 5 }, "is longer than instance 0 serves"],
  ])("refuses %s with its place", async (_, options, message) => {
    await expect(simulate(options as object)).rejects.toThrow(message);
  });

  test("without files, names stand for nothing but what is given", async () => {
    const options = { cluster: inputs.cluster, workload: chunks, models: { "meta-llama/Llama-3.1": {} } };
    await expect(simulateGiven(options)).rejects.toThrow(
      'cluster: $.nodes[0].cpu_mem.pim_config: DDR4_8GB_3200_pim: nothing of this name in "pims" (given: none)',
    );
    await expect(simulateGiven({ cluster: "single_node_pim_instance", workload: chunks })).rejects.toThrow(
      '$.cluster: "single_node_pim_instance" is the text of no file (names and paths are for tandem-sim/node)',
    );
  });
});

describe("sweep", () => {
  const cells = async (options: Parameters<typeof sweep>[0]): Promise<SweptCell[]> => {
    const found: SweptCell[] = [];
    for await (const cell of sweep(options)) found.push(cell);
    return found;
  };

  test("runs every combination in grid order, and says of which the load does not fit", async () => {
    const found = await cells({ offload: true, axes: { interleave: [false, true], maxModelLen: [5, 4096] } });
    expect(found.map(({ axes }) => axes)).toEqual([
      { interleave: false, maxModelLen: 5 },
      { interleave: false, maxModelLen: 4096 },
      { interleave: true, maxModelLen: 5 },
      { interleave: true, maxModelLen: 4096 },
    ]);
    expect(found[0]).toMatchObject({ summary: null, doesNotFit: expect.stringContaining("longer than instance 0") });
    expect(found[3]).toMatchObject({ summary: await simulate({ offload: true, interleave: true, maxModelLen: 4096 }) });
  });

  test.each([
    ["an option that is none", { axes: { maxSeqs: [1] } }, 'unknown field "maxSeqs"'],
    [
      "an option that varies and does not",
      { seed: 1, axes: { seed: [1, 2] } },
      "options: $.axes.seed: seed is in base and an axis",
    ],
    ["no axes", {}, "options: $.axes: is missing"],
    [
      "a pair of unequal length",
      { axes: { seed: [1], tp: [1, 2] }, zip: ["seed", "tp"] },
      "tp has 2 values, seed has 1",
    ],
  ])("refuses %s before anything runs", async (_, options, message) => {
    await expect(cells(options as Parameters<typeof sweep>[0])).rejects.toThrow(message);
  });
});

describe("iterations", () => {
  test("are all that the summary counts, one after the other, and end in that summary", async () => {
    const options = { offload: true, interleave: true } as const;
    const run = iterations(options);
    let endNs = 0;
    let count = 0;
    let step = await run.next();
    for (; !step.done; step = await run.next()) {
      expect(step.value).toMatchObject({ instanceId: 0, index: count++ });
      expect(step.value.requests).toBe(step.value.prefills + step.value.decodes);
      expect(step.value.startNs).toBeGreaterThanOrEqual(endNs);
      endNs = step.value.startNs + step.value.latencyNs;
    }
    expect(step.value).toEqual(await simulate(options));
    expect(step.value.iterations).toBe(count);
  });
});

describe("compare", () => {
  test("gives a summary for each mode, those that do not fit with the reason, and a verdict", async () => {
    const small = await compare({ numReqs: 4 });
    expect(Object.keys(small.modes)).toEqual(["gpu-only", "offload", "interleave", "auto"]);
    expect(small.modes.interleave).toEqual(await simulate({ numReqs: 4, offload: true, interleave: true }));
    expect(small.verdict?.baseline).toBe("gpu-only");
    expect(small.verdict?.what_if).toBeNull();
    const tight = await compare({ numReqs: 1, modes: ["gpu-only", "offload"], pimMem: 0.25 });
    expect(Object.keys(tight.modes)).toEqual(["gpu-only"]);
    expect(tight.doesNotFit.offload).toContain("cpu_mem");
    expect((await compare({ numReqs: 2, whatIf: true })).verdict?.what_if?.composition?.steps).toHaveLength(3);
  });
});

describe("policies of one's own", () => {
  test("a split takes the place of the named ones", async () => {
    let asked = 0;
    const split: SplitRule = (batch, division) => {
      asked++;
      if (batch.size < 2) return false;
      division.clear(batch.size);
      for (let i = 0; i < batch.size; i++) division.of[i] = i === 0 ? 0 : 1;
      return division.keepsDependencies(batch);
    };
    const own = await simulate({ offload: true, interleave: true, split, enablePrefixCaching: false });
    expect(own.interleaving.interleaved).toBeGreaterThan(0);
    expect(asked).toBe(own.iterations);
  });

  test("a router takes the place of the named ones", async () => {
    const last = () => (targets: readonly unknown[]) => targets.length - 1;
    const { instances } = await simulate({ cluster: "two_instances_pim", routing: last });
    expect(instances.map(({ requests }) => requests)).toEqual([0, 10]);
  });
});
