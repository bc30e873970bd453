import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "@tandem-sim/workload";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { command, repository, tandem, tandemProcess, temporaryFolder } from "./tandem.js";

const folder = temporaryFolder();

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const grid = file(
  "grid.yaml",
  `base: { num-reqs: 5, attn-offload-phase: decode }
axes:
  mode: [gpu-only, auto]
  max-num-seqs: [1, 2, 3, 4, 5]
keep: [makespan_ns, ttft_ms.mean, energy_j.total, kv_offload.loads]
`,
);

const results = (name: string): string[] =>
  ["results.jsonl", "results.csv"].map((one) => readFileSync(join(folder, name, one), "utf8"));

beforeAll(async () => {
  const { code, stderr } = await tandem(["sweep", grid, "--out", join(folder, "single"), "--jobs", "1"]);
  const told = stderr.trim().split("\n");
  // A line for every tenth, and of figures that no run has.
  expect(
    told.slice(0, -1).map((line) => Number(/^\[INFO\] (\d+) of 10 cells, \S+ per second/.exec(line)?.[1])),
  ).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect([code, told.at(-1)]).toEqual([0, "[WARNING] kv_offload.loads: no cell has such a figure"]);
});

describe("sweep", () => {
  test("keeps a line for each cell in grid order, with the figures that a run has", async () => {
    const [jsonl = "", csv = ""] = results("single");
    const records = jsonl
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.map(({ cell }) => cell)).toEqual([...Array(10).keys()]);
    expect(csv.split("\n")[0]).toBe(
      "cell,mode,max-num-seqs,makespan_ns,ttft_ms.mean,energy_j.total,kv_offload.loads,error",
    );
    const summary = join(folder, "run.json");
    const flags = "--num-reqs 5 --max-num-seqs 2 --enable-attn-offloading --attn-offload-phase decode";
    const auto = "--enable-sub-batch-interleaving --sub-batch-policy auto --no-verdict";
    await tandem(["run", ...`${flags} ${auto}`.split(" "), "--summary", summary]);
    const { makespan_ns, ttft_ms, energy_j } = JSON.parse(readFileSync(summary, "utf8"));
    expect(records[6]).toMatchObject({
      axes: { mode: "auto", "max-num-seqs": 2 },
      metrics: {
        makespan_ns,
        "ttft_ms.mean": ttft_ms.mean,
        "energy_j.total": energy_j.total,
        "kv_offload.loads": null,
      },
    });
  });

  test("killed three times and started again writes the same bytes as undisturbed", async () => {
    const out = join(folder, "killed");
    const journal = join(out, "results.jsonl");
    const lines = (): number => (existsSync(journal) ? readFileSync(journal, "utf8").split("\n").length - 1 : 0);
    const random = createRandom(7, "kills");
    for (const [least, jobs] of [
      [1, "2"],
      [4, "1"],
      [7, "1"],
    ] as const) {
      const process_ = spawn(process.execPath, [command, "sweep", grid, "--out", out, "--jobs", jobs], {
        cwd: repository,
        stdio: "ignore",
      });
      const exited = new Promise((resolve) => process_.once("exit", resolve));
      await vi.waitUntil(() => lines() >= least || process_.exitCode !== null, { timeout: 20_000, interval: 2 });
      await new Promise((resolve) => setTimeout(resolve, 20 * random.uniform()));
      process_.kill("SIGKILL");
      await exited;
      expect(lines()).toBeGreaterThanOrEqual(least);
      // What the system may leave of a write.
      if (lines() < 10) appendFileSync(journal, '{"cell":9,"key":"0');
    }
    const last = tandemProcess(["sweep", grid, "--out", out, "--jobs", "1"]);
    expect(last).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^10 cells, \d+ of them had finished before/),
    });
    expect(results("killed")).toEqual(results("single"));
    expect(readdirSync(out).sort()).toEqual(["results.csv", "results.jsonl"]);
  });

  test.each<[string, (index: number) => Record<string, string>, string[]]>([
    [
      "tasks of a Slurm array",
      (i) => ({ SLURM_ARRAY_TASK_ID: `${i + 3}`, SLURM_ARRAY_TASK_MIN: "3", SLURM_ARRAY_TASK_COUNT: "4" }),
      [],
    ],
    ["pods of an Indexed Job", (i) => ({ JOB_COMPLETION_INDEX: String(i) }), ["--shards", "4"]],
  ])("in 4 %s, merged, is the sweep in one piece", async (name, environment, flags) => {
    const out = join(folder, name);
    for (let i = 0; i < 4; i++) {
      for (const [key, value] of Object.entries(environment(i))) vi.stubEnv(key, value);
      const { code, stderr } = await tandem(["sweep", grid, "--out", out, ...flags]);
      vi.unstubAllEnvs();
      expect([code, stderr]).toEqual([0, expect.stringContaining(`shard ${i + 1}/4, by `)]);
    }
    expect((await tandem(["sweep", "merge", out])).code).toBe(0);
    expect(results(name)).toEqual(results("single"));
    const twice = ["results.shard-2-of-4.jsonl", "results.shard-2-of-4.jsonl"].map((one) => join(out, one));
    const { code, stderr } = await tandem(["sweep", "merge", ...twice, "--out", join(folder, "merged")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("shard 2/4 is here twice")]);
  });

  test("turns switches off as well as on", async () => {
    const switches = file(
      "off.yaml",
      "axes: { enable-chunked-prefill: [true, false], max-num-batched-tokens: [32] }\n",
    );
    const { code, stderr } = await tandem(["sweep", switches, "--out", join(folder, "off")]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("cell 1 (enable-chunked-prefill=false, max-num-batched-tokens=32) failed: request"),
    ]);
  });

  test("draws what it found", async () => {
    const page = join(folder, "report.html");
    expect((await tandem(["sweep", "report", join(folder, "single"), "-o", page])).code).toBe(0);
    const html = readFileSync(page, "utf8");
    for (const title of ["energy against latency", "ttft_ms.mean", "map of ttft_ms.mean"]) {
      expect(html).toContain(`aria-label="${title}"`);
    }
  });

  test.each([
    ["mode: [gpu-only, auot]", /^.*e\.yaml:2:20: axes\.mode\.1: cell 1 \(mode=auot\): .*did you mean "auto"/],
    ["max-num-seq: [8]", /e\.yaml:2:17: .*cell 0 .*"max-num-seq" is no setting \(did you mean "max-num-seqs"\?\)/],
    ["max-num-seqs: [8, many]", /e\.yaml:2:21: .*cell 1 .*--max-num-seqs: expected a number, found "many"/],
    ["enable-prefix-caching: [1]", /--enable-prefix-caching: expected true or false, found 1/],
    ["set.nodes.0.cpu_mem.mem_sise: [8]", /e\.yaml:2:34: .*unknown field "mem_sise" \(did you mean "mem_size"\?\)/],
    ["output: [a.csv]", /"output" is no setting \(mode, set\.<path>/],
    ["log-level: [ERROR]", /"log-level" is no setting/],
    ["mode: [auto]\n  enable-attn-offloading: [true]", /--enable-attn-offloading: a mode sets this itself/],
    [
      "dataset: [mixed, mixd]",
      /e\.yaml:2:20: axes\.dataset\.1: cell 1 \(dataset=mixd\): mixd: no workload .*did you mean "mixed"/,
    ],
    ["pim: [DDR4_8GB_3200_pim]\n  pim-mem: [-1]", /e\.yaml:3:13: axes\.pim-mem\.0: .*--pim-mem: expected GiB/],
    ["dtype: [float12]", /e\.yaml:2:11: .*float12.* Allowed choices are/],
    ["mode: [auto]\nkeep: [ttft_ms.maen]", /e\.yaml:3:8: keep\.0: .*did you mean "ttft_ms\.mean"/],
    ["mode: [auto]\nkeep: [ttft_ms]", /"ttft_ms" is a group of figures \(name one, as ttft_ms\.mean\)/],
  ])("refuses %j before anything runs, with the place and the cell", async (axes, message) => {
    const out = join(folder, "never");
    const { code, stderr } = await tandem(["sweep", file("e.yaml", `axes:\n  ${axes}\n`), "--out", out]);
    expect([code, stderr.trim().split("\n")]).toEqual([2, [expect.stringMatching(message)]]);
    expect(existsSync(out)).toBe(false);
  });

  test("names the cell that does not fit at once, runs the others, and exits 1", async () => {
    const sweep = file(
      "unfit.yaml",
      "base: { num-reqs: 2 }\naxes: { set.nodes.0.instances.0.npu_mem.mem_size: [8, 96] }\nprices: { gpu_hour: 2 }\n",
    );
    const { code, stderr } = await tandem(["sweep", sweep, "--out", join(folder, "unfit")]);
    expect(code).toBe(1);
    expect(stderr.split("\n")[0]).toMatch(/cell 0 \(set\..*=8\) will fail: /);
    expect(stderr).toContain("1 of 2 cells failed");
    const [unfit, served] = (results("unfit")[0] ?? "")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(unfit).toMatchObject({ cell: 0, error: expect.not.stringContaining(repository) });
    const { makespan_ns, cost_usd } = served.metrics;
    expect(cost_usd).toBeCloseTo((2 * makespan_ns) / 3.6e12, 12);
  });

  test("leaves the results of other cells alone", async () => {
    const out = join(folder, "others");
    mkdirSync(out);
    writeFileSync(join(out, "results.jsonl"), '{"cell":0,"key":"other","axes":{},"metrics":{}}\n');
    const { code, stderr } = await tandem(["sweep", grid, "--out", out]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("holds results of another sweep")]);
    const onFile = await tandem(["sweep", grid, "--out", grid]);
    expect([onFile.code, onFile.stderr]).toEqual([2, expect.stringContaining("cannot be written: ENOTDIR")]);
  });
});
