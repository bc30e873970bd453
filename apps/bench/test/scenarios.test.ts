import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verdictOn } from "@tandem-sim/report";
import { escapeMarkup } from "@tandem-sim/report/pages";
import { describe, expect, test } from "vitest";
import { benchPage } from "../src/bench-page.js";
import { readRecord, recordDifferences, recordOf } from "../src/claim-record.js";
import { policyGrid, policyScenarios } from "../src/policies.js";
import { inPhase, namedCharts, reportCharts } from "../src/report-charts.js";
import { Results, resultsJson } from "../src/results.js";
import { runScenario } from "../src/run-scenario.js";
import { bundledScenarios, readScenario } from "../src/scenario.js";
import { scenarioCsv } from "../src/scenario-csv.js";
import { unexpected } from "../src/scenario-table.js";
import { ratiosOf } from "../src/standing.js";
import { runSuite } from "../src/suite.js";

// All scenarios run once, for all that is to be said of them.
const suite = await runSuite({ filter: "", full: false });
const { outcomes } = suite;

describe("a scenario shows what is expected of it", () => {
  test.each(outcomes.map((outcome) => [outcome.scenario.name, outcome] as const))("%s", (_, outcome) => {
    const { scenario, runs } = outcome;
    expect(unexpected([outcome])).toEqual([]);
    expect(runs).toHaveLength(1 + scenario.modes.length * scenario.phases.length);
    const [{ summary: gpuOnly }, ...offloaded] = runs;
    for (const { summary } of offloaded) {
      expect([summary.requests, summary.output_tokens]).toEqual([gpuOnly.requests, gpuOnly.output_tokens]);
    }
  });
});

test("the answers to all claims are those that are recorded: npm run bench -- --record takes others over", () => {
  expect(recordDifferences(recordOf(suite.claims), readRecord(), suite.complete)).toEqual([]);
});

describe("the verdict on the suite", () => {
  test("counts each load and phase once, and names it as its figures stand", () => {
    const declared = outcomes.reduce((sum, { scenario }) => sum + scenario.phases.length, 0);
    expect(suite.standings).toHaveLength(declared);
    for (const { name, gpuOnly, offload, interleave } of suite.standings) {
      const [alone, halves] = [ratiosOf(offload, gpuOnly), ratiosOf(interleave, gpuOnly)];
      expect(halves.makespan <= 0.98).toBe(name === "wins");
      if (name === "recovers") expect(alone.ttft > 1.05 && halves.ttft <= 1.05).toBe(true);
      if (name === "even") expect(Math.max(halves.ttft, halves.tpot)).toBeLessThanOrEqual(1.05);
    }
  });
});

const [example] = outcomes.filter(({ scenario }) => scenario.name === "example");
if (!example) throw new Error("there is no such scenario");
const grid = await policyGrid(example);

test("the policies of a load are run in every pair, the default pair as the scenario itself", () => {
  expect(grid.pairs).toHaveLength(9);
  const [{ summary: gpuOnly }] = example.runs;
  const own = example.runs.find(({ mode, phase }) => mode === "interleave" && phase === example.scenario.phases[0]);
  if (!own) throw new Error("it interleaves");
  const asDefault = grid.pairs.find(({ placement, split }) => placement === "time" && split === "tokens");
  expect(asDefault?.makespan).toBe(own.summary.makespan_ns / gpuOnly.makespan_ns);
  expect(bundledScenarios().map(({ name }) => name)).toEqual(expect.arrayContaining([...policyScenarios]));
});

describe("the page", () => {
  const undrawn = outcomes.map((outcome) => ({ outcome, schedule: null, phases: [] }));
  const html = benchPage({ ...suite, policies: [grid] }, { batches: [], maps: [], scenarios: undrawn });

  test("has a row for each pair of policies", () => {
    const [, section = ""] = html.split('<h2 id="policies">');
    for (const { placement, split } of grid.pairs)
      expect(section).toMatch(new RegExp(`>${placement}</t.>.*?>${split}<`));
  });

  test("says of each claim its sentence, its terms and its answer", () => {
    for (const { claim, answer } of suite.claims) {
      expect(html).toContain(escapeMarkup(claim.sentence));
      expect(html).toContain(escapeMarkup(claim.terms));
      expect(html).toMatch(new RegExp(`href="#${claim.id}".*?>${answer}</td>`));
    }
  });

  test("says of each scenario its question and the verdict on every phase, and leads to it", () => {
    for (const outcome of outcomes) {
      const { scenario } = outcome;
      expect(html).toContain(`<h2 id="${scenario.name}">${scenario.name}: ${escapeMarkup(scenario.question)}</h2>`);
      expect(html).toContain(`<a href="#${scenario.name}">`);
      for (const phase of scenario.phases)
        for (const sentence of verdictOn(inPhase(outcome, phase))?.sentences ?? [])
          expect(html).toContain(escapeMarkup(sentence));
    }
  });

  test("has only links that lead somewhere in it, and no figure that is none", () => {
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test("every chart has a title of its own and its data, and each scenario a schedule", () => {
  const few = outcomes.filter(({ scenario }) => ["c-ddr4-128", "single-request"].includes(scenario.name));
  const drawn = reportCharts({ ...suite, outcomes: few });
  const charts = [...namedCharts(drawn).values()];
  expect(charts).toHaveLength(1 + 2 * suite.maps.length + few.length + 5 * 3);
  expect(new Set(charts.map(({ title }) => title)).size).toBe(charts.length);
  for (const { svg, csv } of charts) {
    expect(svg).not.toMatch(/NaN|undefined/);
    expect(csv.split("\n").length).toBeGreaterThan(2);
  }
  expect(drawn.scenarios.map(({ schedule }) => schedule?.title)).toEqual([
    expect.stringContaining("its largest batch of decodes, 256 decodes at 1,024 tokens"),
    expect.stringContaining("its batch with most prompt tokens, 1 prompt of 512 tokens"),
  ]);
  expect(drawn.batches).toHaveLength(1);
});

describe("the results", () => {
  test("can be read as a baseline, and what depends on the machine stands under host", () => {
    const found = resultsJson(suite, { node: "v20" });
    expect(Results.parse(JSON.parse(JSON.stringify(found))).scenarios).toHaveLength(outcomes.length);
    const { host, ...rest } = found;
    expect(host.node).toBe("v20");
    expect(JSON.stringify(rest)).not.toMatch(/wall|"20\d\d-|v20/);
  });

  test("as CSV have a row for each run, and a value or nothing for each figure", () => {
    const [head = "", ...rows] = scenarioCsv(outcomes).trim().split("\n");
    expect(rows).toHaveLength(outcomes.reduce((sum, { runs }) => sum + runs.length, 0));
    const columns = head.split(",");
    for (const row of rows) expect(row.split(",")).toHaveLength(columns.length);
    const first = Object.fromEntries(columns.map((name, i) => [name, rows[0]?.split(",")[i]]));
    expect(first).toMatchObject({ scenario: "a-poisson-near-capacity", mode: "gpu-only", makespan_to_gpu_only: "1" });
    expect(first.pim_busy).toBe("");
  });
});

test("a filter that no name contains is refused, with the names", async () => {
  await expect(runSuite({ filter: "nobody", full: false })).rejects.toThrow(/--filter: no scenario has "nobody".*chat/);
});

describe("a scenario file", () => {
  const folder = mkdtempSync(join(tmpdir(), "tandem-scenario-"));
  const [valid] = bundledScenarios();
  const read = (name: string, change: object): unknown => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify({ ...valid, name: "mine", ...change }));
    return readScenario(path);
  };

  test.each([
    ["mine.json", { question: "Who wins" }, /question/],
    ["mine.json", { expected: [{ mode: "offload", phase: "all", figure: "speed", value: 1, within: 0.1 }] }, /figure/],
    ["mine.json", { options: { max_num_seq: 256 } }, /max_num_seqs/],
    ["mine.json", { phases: [] }, /phases/],
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
