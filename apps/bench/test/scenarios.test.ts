import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runScenario } from "../src/run-scenario.js";
import { bundledScenarios, readScenario } from "../src/scenario.js";
import { unexpected } from "../src/scenario-table.js";

const scenarios = bundledScenarios();

describe("a scenario shows what is expected of it", () => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, scenario) => {
    const outcome = await runScenario(scenario);
    expect(unexpected([outcome])).toEqual([]);
    expect(outcome.runs).toHaveLength(1 + scenario.modes.length * scenario.phases.length);
    const [{ summary: gpuOnly }, ...offloaded] = outcome.runs;
    for (const { summary } of offloaded) {
      expect([summary.requests, summary.output_tokens]).toEqual([gpuOnly.requests, gpuOnly.output_tokens]);
    }
  });
});

describe("a scenario file", () => {
  const folder = mkdtempSync(join(tmpdir(), "tandem-scenario-"));
  const [valid] = scenarios;
  const read = (name: string, change: object): unknown => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify({ ...valid, name: "mine", ...change }));
    return readScenario(path);
  };

  test.each([
    ["mine.json", { question: "Who wins" }, /question/],
    ["mine.json", { expected: [{ mode: "offload", phase: "all", figure: "speed", value: 1, within: 0.1 }] }, /figure/],
    ["mine.json", { options: { max_num_seq: 256 } }, /max_num_seqs/],
    ["other.json", {}, /is named "mine"/],
  ])("%s with %j is refused", (name, change, message) => {
    expect(() => read(name, change)).toThrow(message);
  });

  test("may change the cluster's memory, and the cluster's schema checks it", async () => {
    const [first] = bundledScenarios("single-request");
    if (!first) throw new Error("no scenario");
    const changed = { ...first, cluster: { ...first.cluster, cpu_mem: { mem_sise: 64 } } };
    await expect(runScenario(changed)).rejects.toThrow(/mem_size/);
  });
});
