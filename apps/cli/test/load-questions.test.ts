import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPlan, createSimulation, inMode, type Mode } from "@tandem-sim/engine";
import { InstanceOptions } from "@tandem-sim/schemas";
import { findWorkloadFile, loadClusterInputs } from "@tandem-sim/schemas/node";
import { rescaleArrivals, writeWorkload } from "@tandem-sim/workload";
import { loadWorkload } from "@tandem-sim/workload/node";
import { describe, expect, test } from "vitest";
import { tandem, temporaryFolder } from "./tandem.js";

const folder = temporaryFolder();

/** The first requests of decode_heavy with answers a sixteenth as long: its shape, in milliseconds. */
const decodeHeavy = await loadWorkload(findWorkloadFile("decode_heavy"), { limit: 24 });
const chunks = decodeHeavy.map((chunk) => ({
  ...chunk,
  outputTokens: chunk.outputTokens.map((tokens) => tokens >> 4),
}));
const dataset = join(folder, "short.jsonl");
writeFileSync(dataset, [...writeWorkload(chunks)].join(""));
const load = ["--dataset", dataset, "--attn-offload-phase", "decode"];

describe("capacity", () => {
  test("is what a scan of all rates finds, in every mode", async () => {
    const tolerance = 0.05;
    const slo = { ttftMs: 100, tpotMs: 30 };
    const level = `ttft=${slo.ttftMs},tpot=${slo.tpotMs}`;
    const search = ["--arrivals", "recorded", "--tolerance", String(tolerance), "--share", "0.9"];
    const asked = await tandem(["capacity", ...load, "--slo", level, ...search, "--json"]);
    const { modes } = JSON.parse(asked.stdout);
    expect(Object.keys(modes)).toEqual(["gpu-only", "offload", "interleave", "auto"]);
    const inputs = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({ attnOffloadPhase: "decode" }));
    for (const [mode, { requests_s: found }] of Object.entries<{ requests_s: number }>(modes)) {
      const plan = createPlan(inMode(inputs, mode as Mode));
      const meets = (rate: number): boolean => {
        const simulation = createSimulation(plan, {}, { slo });
        for (const chunk of rescaleArrivals(chunks, rate)) simulation.push(chunk);
        const { goodput, requests } = simulation.finish();
        return (goodput?.requests ?? 0) >= 0.9 * requests;
      };
      const steps = Array.from({ length: 12 }, (_, i) => found * (1 + tolerance) ** (i - 3));
      const greatest = Math.max(...steps.filter(meets));
      expect(greatest / found, mode).toBeGreaterThan(1 / (1 + tolerance));
      expect(greatest / found, mode).toBeLessThan(1 + tolerance);
    }
  });

  test("says how many GPUs a rate needs, and draws its curve", async () => {
    const report = join(folder, "capacity.html");
    const args = [
      "capacity",
      ...load,
      "--slo",
      "ttft=100,tpot=30",
      "--share",
      "0.9",
      "--modes",
      "gpu-only",
      "--rate",
      "1000",
      "--tolerance",
      "0.1",
    ];
    const { stdout, code } = await tandem([...args, "--report", report]);
    const [, rate, gpus] = /^gpu-only +([\d.]+) .* (\d+)$/m.exec(stdout) ?? [];
    expect([code, Number(gpus)]).toEqual([0, expect.closeTo(1000 / Number(rate), -1)]);
    expect(readFileSync(report, "utf8")).toContain('aria-label="Goodput against load"');
  });

  test("needs a service level, and leaves rates to itself", async () => {
    expect((await tandem(["capacity", ...load])).stderr).toContain("--slo: expected a service level");
    const { code, stderr } = await tandem(["capacity", ...load, "--slo", "tpot=20", "--request-rate", "3"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--request-rate: capacity tries rates itself")]);
  });
});

describe("breakeven", () => {
  const asked = async (...flags: string[]) => JSON.parse((await tandem(["breakeven", ...flags, "--json"])).stdout);

  test("finds the channels from which on auto is the faster, and both neighbours are runs that show it", async () => {
    const file = join(folder, "long.jsonl");
    const line = `${JSON.stringify({ input_toks: 1000, output_toks: 80, arrival_time_ns: 0 })}\n`;
    writeFileSync(file, line.repeat(64));
    const long = ["--dataset", file, "--attn-offload-phase", "decode"];
    const range = "--from 64 --to 256 --points 2".split(" ");
    const { crossings, here } = await asked("--axis", "channels", ...long, ...range);
    const [{ overtakes, below, above }] = crossings;
    expect([here, crossings.length, overtakes, above.value - below.value]).toEqual([64, 1, "auto", 8]);
    const bundled = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({})).cluster.nodes[0];
    const gibPerChannel = (bundled?.cpu_mem.mem_size ?? 0) / here;
    for (const point of [below, above]) {
      const set = `nodes.0.cpu_mem.mem_size=${gibPerChannel * point.value}`;
      const run = await tandem([
        "compare",
        ...long,
        "--modes",
        "gpu-only,auto",
        "--set",
        set,
        "--json",
        "--no-what-if",
      ]);
      const { modes } = JSON.parse(run.stdout);
      expect([point["gpu-only"], point.auto]).toEqual([modes["gpu-only"].makespan_ns, modes.auto.makespan_ns]);
    }
    expect(below.auto).toBeGreaterThanOrEqual(below["gpu-only"]);
    expect(above.auto).toBeLessThan(above["gpu-only"]);
  });

  test.each([
    ["pim-bandwidth", 200],
    ["pim-link", 64],
    ["max-num-seqs", 24],
  ])("varies %s from an eighth of what the config has, and may answer never", async (axis, to) => {
    const range = `--points 2 --to ${to} --measure tpot --modes gpu-only,offload`.split(" ");
    const { curve, here, crossings } = await asked(...load, "--axis", axis, ...range);
    expect(curve[0].value).toBe(here / 8);
    expect(crossings).toEqual([]);
    expect(curve.at(-1).offload).not.toBe(curve[0].offload);
  });

  test("says that two modes are never overtaken, and what cannot vary", async () => {
    const modes = ["--modes", "gpu-only,offload"];
    const never = await tandem(["breakeven", ...load, "--axis", "pim-link", "--points", "2", ...modes]);
    expect(never.stdout).toMatch(/^Never in the range: offload does not overtake gpu-only from 8 to 512/);
    const noPim = ["--axis", "channels", "--modes", "gpu-only,kv-offload"];
    const { code, stderr } = await tandem(["breakeven", ...load, ...noPim]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--axis: there is nothing to vary")]);
  });

  test.each([
    ["channels", "--to", "1e9", "--to: $.nodes[0].cpu_mem.mem_size: more than 16 TiB: capacities are in GiB"],
    ["pim-bandwidth", "--from", "1e-126", '--from: expected a number from 0.001 to 1e9, found "1e-126"'],
  ])("an end of %s that no config may have is refused: %s %s", async (axis, flag, value, message) => {
    const { code, stderr } = await tandem(["breakeven", ...load, "--axis", axis, flag, value]);
    expect([code, stderr]).toEqual([2, `[ERROR] ${message}\n`]);
  });
});
