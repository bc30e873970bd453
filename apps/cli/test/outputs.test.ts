import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { command, repository, tandem, temporaryFolder } from "./tandem.js";

const cluster = join(repository, "configs/cluster/single_node_pim_instance.json");

/** A folder with a workload and a cluster config, and what they hold. */
function inputs() {
  const folder = temporaryFolder();
  const dataset = join(folder, "w.jsonl");
  copyFileSync(join(repository, "workloads/example_trace.jsonl"), dataset);
  const config = join(folder, "cluster.json");
  copyFileSync(cluster, config);
  return { folder, dataset, config, before: () => [dataset, config].map((file) => readFileSync(file, "utf8")) };
}

describe("an output never replaces an input", () => {
  const { folder, dataset, config, before } = inputs();
  const link = join(folder, "link.jsonl");
  symlinkSync(dataset, link);
  const hard = join(folder, "hard.jsonl");
  linkSync(dataset, hard);
  mkdirSync(join(folder, "sub"));
  const spelled = `${folder}/sub/../w.jsonl`;
  const model = join(repository, "configs/model/meta-llama/Llama-3.1-8B.json");
  const profile = join(repository, "configs/gpu/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16/profile.json");
  const ini = join(repository, "configs/pim/DDR4_8GB_3200_pim.ini");
  const spec = join(folder, "mine.json");
  copyFileSync(join(repository, "configs/gpu/H100/spec.json"), spec);
  const bundledSpec = join(repository, "configs/gpu/RTXPRO6000/spec.json");
  const read = () => [
    ...before(),
    ...[model, profile, ini, spec, bundledSpec].map((file) => readFileSync(file, "utf8")),
  ];
  const run = ["run", "--dataset", dataset, "--cluster-config", config];

  test.each([
    ["the workload", [...run, "--output", dataset]],
    ["the workload, spelled otherwise", [...run, "--output", spelled]],
    ["the workload, by a symlink", [...run, "--timeline", link]],
    ["the workload behind a symlink", ["run", "--dataset", link, "--output", dataset]],
    ["the workload, by a hard link", [...run, "--output", hard]],
    ["the cluster config", [...run, "--summary", config]],
    ["the model config", ["run", "--output", model]],
    ["a file of the GPU profile", ["run", "--summary", profile]],
    ["the PIM device", ["run", "--output", ini]],
    ["the spec sheet of --gpu", ["run", "--gpu", spec, "--dump-config", spec]],
    ["the spec sheet of the config's GPU", ["run", "--gpu-model", "analytic", "--dump-config", bundledSpec]],
    ["the workload, in compare", ["compare", "--dataset", dataset, "--report", dataset]],
    ["the workload, in convert", ["workload", "convert", dataset, "--out", spelled]],
    ["the device, in pim show", ["pim", "show", ini, "--plot", ini]],
  ])("%s", async (_what, args) => {
    const texts = read();
    const { code, stdout, stderr } = await tandem(args);
    expect(stderr).toMatch(/is read by this command and would be overwritten/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(read()).toEqual(texts);
  });

  test("nor another output, by a link", async () => {
    symlinkSync(join(folder, "a.csv"), join(folder, "b.csv"));
    const { code, stderr } = await tandem([
      ...run,
      "--output",
      join(folder, "a.csv"),
      "--summary",
      join(folder, "b.csv"),
    ]);
    expect(stderr).toMatch(/--summary: goes to the same file as --output/);
    expect(code).toBe(2);
  });
});

describe("a workload with a mistake in its last line", () => {
  test.each([
    ["w.jsonl", (text: string): Uint8Array => Buffer.from(text)],
    ["w.jsonl.gz", gzipSync],
  ] as const)("leaves no output: %s", async (name, pack) => {
    const folder = temporaryFolder();
    const dataset = join(folder, name);
    writeFileSync(dataset, pack(`${readFileSync(join(repository, "workloads/example_trace.jsonl"), "utf8")}{}\n`));
    const outputs = ["--output", join(folder, "a.csv"), "--summary", join(folder, "b.json")];
    const { code, stdout, stderr } = await tandem(["run", "--dataset", dataset, ...outputs]);
    expect(stderr).toMatch(/^\[ERROR\] \S+:11: \$\.input_toks: missing.*\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([name]);
  });
});

describe("the folder of an output", () => {
  test("is made where the one around it exists", async () => {
    const folder = temporaryFolder();
    expect((await tandem(["run", "--num-reqs", "1", "--output", join(folder, "new/run.csv")])).code).toBe(0);
    expect(readdirSync(join(folder, "new"))).toEqual(["run.csv"]);
  });

  test.each([
    ["--output", "no/such/run.csv"],
    ["--trace-dir", "no/such/traces"],
  ])("is refused where more than that is missing: %s", async (flag, path) => {
    const folder = temporaryFolder();
    const { code, stderr } = await tandem(["run", "--num-reqs", "1", flag, join(folder, path)]);
    expect(stderr).toMatch(/no such folder/);
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("goes again where the run fails", async () => {
    const folder = temporaryFolder();
    const outputs = ["--output", join(folder, "new/a.csv"), "--summary", join(folder, "new/b.json")];
    // What the cluster lacks is known after the first files are open.
    const fails = ["--cluster-config", "single_node_gpu_instance", "--power-series", join(folder, "p.csv")];
    expect((await tandem(["run", ...outputs, "--trace-dir", join(folder, "traces"), ...fails])).code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a folder of traces", () => {
  const traces = (folder: string): string[] => readdirSync(folder).sort();

  test("holds the traces of one run; other files stay", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "notes.txt"), "mine");
    writeFileSync(join(folder, "instance_7_batch_9.txt"), "an earlier run's");
    expect((await tandem(["run", "--num-reqs", "1", "--trace-dir", folder, "--trace-limit", "2"])).code).toBe(0);
    expect(traces(folder)).toEqual(["instance_0_batch_0.txt", "instance_0_batch_1.txt", "notes.txt"]);
    expect(readFileSync(join(folder, "notes.txt"), "utf8")).toBe("mine");
  });

  test.skipIf(process.platform === "win32").each([true, false])(
    "is as before after Ctrl-C; there before: %s",
    async (there) => {
      const around = temporaryFolder();
      const folder = join(around, "traces");
      if (there) {
        mkdirSync(folder);
        writeFileSync(join(folder, "instance_0_batch_0.txt"), "an earlier run's");
      }
      const args = ["run", "--dataset", "decode_heavy", "--trace-dir", folder, "--log-interval", "0.1"];
      const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "ignore", "pipe"] });
      await new Promise((resolve) => child.stderr.once("data", resolve));
      child.kill("SIGINT");
      expect(await new Promise((resolve) => child.once("close", resolve))).toBe(130);
      expect(existsSync(folder)).toBe(there);
      if (there) expect(readFileSync(join(folder, "instance_0_batch_0.txt"), "utf8")).toBe("an earlier run's");
      if (there) expect(traces(folder)).toEqual(["instance_0_batch_0.txt"]);
    },
  );
});

test.skipIf(process.platform === "win32")(
  "a timeline of hundreds of MB or more is warned of while there is little of it",
  async () => {
    const folder = temporaryFolder();
    const interleaved = ["--enable-attn-offloading", "--enable-sub-batch-interleaving"];
    const args = ["run", "--dataset", "decode_heavy", ...interleaved, "--timeline", join(folder, "t.json")];
    const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    let told = "";
    child.stderr.on("data", (text) => {
      told += text;
      if (told.includes("[WARNING]")) child.kill("SIGINT");
    });
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(130);
    expect(told).toMatch(/\[WARNING\] --timeline: .*t\.json will take about \d+\.\d [MG]B; --timeline-window/);
    expect(readdirSync(folder)).toEqual([]);
  },
);
