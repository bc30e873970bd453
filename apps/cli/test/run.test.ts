import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseText, replayText } from "@tandem-sim/trace";
import { beforeAll, describe, expect, test } from "vitest";
import { command, repository, tandem, tandemProcess, temporaryFolder } from "./tandem.js";

const interleaved = ["--enable-attn-offloading", "--enable-sub-batch-interleaving"];
const csvHeader = "instance id,request id,model,input,output,arrival,end_time,latency,queuing_delay,TTFT,TPOT,ITL";

const rowsOf = (csv: string): string[][] =>
  readFileSync(csv, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));

describe("the main job", () => {
  test("runs as it stands and writes a row per request in order of completion", () => {
    const output = join(temporaryFolder(), "run.csv");
    const job = `run --cluster-config configs/cluster/single_node_pim_instance.json --dtype float16 --block-size 16
      --enable-attn-offloading --enable-sub-batch-interleaving --dataset workloads/example_trace.jsonl
      --output ${output} --log-level WARNING`;
    const { code, stdout, stderr } = tandemProcess(job.split(/\s+/));
    expect(code).toBe(0);
    expect(readFileSync(output, "utf8").split("\n")[0]).toBe(csvHeader);
    const rows = rowsOf(output);
    expect(rows.map((row) => Number(row[1])).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const ends = rows.map((row) => Number(row[6]));
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(stdout).toMatch(/TTFT +\d/);
    expect(stdout).toMatch(/GB\/s of KV against the GPU's/);
    expect(stderr).toMatch(
      /^\[INFO\] step=\d+ batch=\d+ prompt_t=\S+ tok\/s decode_t=\S+ tok\/s npu_mem=16\.\d GB pim_busy=\d+% gpu_busy=\d+% power=\d+ W$/m,
    );
  });

  test("needs offload for interleaving, and says so in one line", async () => {
    const { code, stdout, stderr } = await tandem(["run", "--enable-sub-batch-interleaving"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("--enable-attn-offloading");
  });

  test("shows pim_busy only with offload and power only with a power block", async () => {
    const { stderr } = await tandem(["run", "--cluster-config", "single_node_gpu_instance"]);
    expect(stderr).toMatch(/npu_mem=\S+ GB gpu_busy=\d+%$/m);
  });
});

describe("the same inputs", () => {
  test.each([
    [["--cluster-config", "two_instances_pim", "--request-routing-policy", "RAND"]],
    [["--attn-offload-phase", "decode"]],
  ])("give the same bytes: %j", async (flags) => {
    const folder = temporaryFolder();
    const run = async (name: string, how: typeof tandem | typeof tandemProcess): Promise<string> => {
      const args = ["run", "--dataset", "mixed", "--num-reqs", "60", "--no-verdict", ...interleaved, ...flags];
      expect((await how([...args, "--output", join(folder, name)])).code).toBe(0);
      return readFileSync(join(folder, name), "utf8");
    };
    // In a process of its own, and in one that has run others before.
    expect(await run("a.csv", tandem)).toBe(await run("b.csv", tandemProcess));
  });
});

describe("two instances behind the router", () => {
  test.each(["LOAD", "RR", "RAND"])("%s loads both and loses no token", async (policy) => {
    const summary = join(temporaryFolder(), "summary.json");
    const args = ["--cluster-config", "two_instances_pim", "--dataset", "mixed", "--request-routing-policy", policy];
    expect((await tandem(["run", ...args, ...interleaved, "--summary", summary])).code).toBe(0);
    const { requests, output_tokens, instances } = JSON.parse(readFileSync(summary, "utf8"));
    const lines = readFileSync(join(repository, "workloads/mixed.jsonl"), "utf8").trim().split("\n");
    expect(requests).toBe(lines.length);
    expect(output_tokens).toBe(lines.reduce((sum, line) => sum + JSON.parse(line).output_toks, 0));
    for (const instance of instances) expect(instance.requests).toBeGreaterThan(lines.length / 5);
    expect(instances.map((instance: { pim_channels: number }) => instance.pim_channels)).toEqual([32, 32]);
  });
});

describe("text traces", () => {
  const folder = temporaryFolder();
  let files: string[];
  let iterations: { dur: number; args: { kind: string; requests: number } }[];

  beforeAll(async () => {
    const flags = ["--num-reqs", "4", ...interleaved, "--log-interval", "0", "--timeline", join(folder, "t.json")];
    expect((await tandem(["run", ...flags, "--trace-dir", folder, "--trace-limit", "40"])).code).toBe(0);
    files = readdirSync(folder).filter((file) => file.endsWith(".txt"));
    const { traceEvents } = JSON.parse(readFileSync(join(folder, "t.json"), "utf8"));
    iterations = traceEvents.filter((event: { name: string }) => event.name.startsWith("iteration "));
  });

  test("are written, one per iteration, flat in the folder", () => {
    expect(files.length).toBe(40);
    expect(files.every((file) => /^instance_0_batch_\d+\.txt$/.test(file))).toBe(true);
  });

  test("tag their sub-batches and replay to the iteration's latency", () => {
    for (const file of files) {
      const text = readFileSync(join(folder, file), "utf8");
      const rows = parseText(text, file);
      const iteration = iterations[Number(/batch_(\d+)/.exec(file)?.[1])];
      const tags = new Set(rows.flatMap((row) => (row.misc ? [row.misc] : [])));
      expect([...tags], file).toEqual(iteration?.args.kind === "interleaved" ? ["BATCH_1", "BATCH_2"] : ["NONE"]);
      if (iteration?.args.requests === 1) expect([...tags], file).toEqual(["NONE"]);
      expect(Number(text.split("\n")[1]), file).toBe(rows.length);
      expect(rows[0]?.inputLocation, file).toBe("REMOTE:0");
      expect(rows.at(-1)?.outputLocation, file).toBe("REMOTE:0");
      expect(replayText(rows), file).toBeCloseTo((iteration?.dur ?? 0) * 1000, 0);
    }
  });
});

describe("outputs appear whole or not at all", () => {
  test("a failing run leaves no file, and none that was there changes", async () => {
    const folder = temporaryFolder();
    const output = join(folder, "run.csv");
    writeFileSync(output, "before");
    const { code } = await tandem(["run", "--max-model-len", "10", "--output", output]);
    expect(code).toBe(2);
    expect(readFileSync(output, "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual(["run.csv"]);
  });

  test("a symlink stays one; its target is replaced", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "target.csv"), "before");
    symlinkSync(join(folder, "target.csv"), join(folder, "link.csv"));
    expect((await tandem(["run", "--num-reqs", "1", "--output", join(folder, "link.csv")])).code).toBe(0);
    expect(readFileSync(join(folder, "target.csv"), "utf8").split("\n")[0]).toBe(csvHeader);
    expect(readdirSync(folder).sort()).toEqual(["link.csv", "target.csv"]);
  });

  test("a folder that is missing is made, stdout and devices are written directly", async () => {
    const folder = temporaryFolder();
    expect((await tandem(["run", "--num-reqs", "1", "--output", join(folder, "new/run.csv")])).code).toBe(0);
    expect(existsSync(join(folder, "new/run.csv"))).toBe(true);
    expect((await tandem(["run", "--num-reqs", "1", "--output", "/dev/null"])).code).toBe(0);
    const { stdout } = tandemProcess(["run", "--num-reqs", "1", "--log-level", "ERROR", "--summary", "-"]);
    expect(JSON.parse(stdout).requests).toBe(1);
  });

  test.skipIf(process.platform === "win32")("Ctrl-C exits with 130 and leaves nothing behind", async () => {
    const folder = temporaryFolder();
    const workload = join(folder, "long.jsonl");
    await tandem(["workload", "generate", "--num-reqs", "40000", "--request-rate", "20", "--out", workload]);
    const child = spawn(
      process.execPath,
      [command, "run", "--dataset", workload, "--output", join(folder, "run.csv")],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    await new Promise((resolve) => child.stderr.once("data", resolve));
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(130);
    expect(readdirSync(folder)).toEqual(["long.jsonl"]);
  });

  test.skipIf(process.platform === "win32")("a reader that leaves early is no error", () => {
    const pipe = spawnSync(
      "sh",
      ["-c", `"${process.execPath}" apps/cli/bin/tandem.js run --num-reqs 2 2>/dev/null | head -1`],
      {
        cwd: repository,
        encoding: "utf8",
      },
    );
    expect(pipe.stdout).toMatch(/^requests/);
    expect(pipe.stderr).toBe("");
  });

  test.skipIf(process.platform === "win32")("one that reads no more log lines still gets the files, whole", () => {
    const folder = temporaryFolder();
    const files = `--output ${join(folder, "run.csv")} --power-series ${join(folder, "power.csv")}`;
    const job = `"${process.execPath}" apps/cli/bin/tandem.js run --log-interval 0.01 ${files}`;
    spawnSync("sh", ["-c", `${job} 2>&1 >/dev/null | head -1`], { cwd: repository });
    expect(readdirSync(folder).sort()).toEqual(["power.csv", "run.csv"]);
    expect(rowsOf(join(folder, "run.csv"))).toHaveLength(10);
  });
});

describe("goodput", () => {
  test("counts the requests that meet every given limit", async () => {
    const folder = temporaryFolder();
    const files = ["--output", join(folder, "run.csv"), "--summary", join(folder, "summary.json")];
    expect((await tandem(["run", "--dataset", "mixed", "--slo", "ttft=50,tpot=14.5", ...files])).code).toBe(0);
    const good = rowsOf(join(folder, "run.csv")).filter((row) => Number(row[9]) <= 50e6 && Number(row[10]) <= 14.5e6);
    const { goodput, makespan_ns } = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
    expect(goodput.requests).toBe(good.length);
    expect(good.length).toBeGreaterThan(0);
    expect(goodput.requests_s).toBeCloseTo((good.length / makespan_ns) * 1e9, 9);
  });
});

describe("energy", () => {
  test("equals the integral of the power series", async () => {
    const folder = temporaryFolder();
    const files = ["--power-series", join(folder, "power.csv"), "--summary", join(folder, "summary.json")];
    expect((await tandem(["run", "--dataset", "mixed", "--num-reqs", "40", ...interleaved, ...files])).code).toBe(0);
    const [header, ...rows] = readFileSync(join(folder, "power.csv"), "utf8").trim().split("\n");
    const total = (header as string).split(",").indexOf("total_w");
    const joules = rows
      .map((row) => row.split(",").map(Number))
      .reduce((sum, row) => sum + (row[total] as number) * ((row[1] as number) - (row[0] as number)), 0);
    const { energy_j } = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
    expect(Math.abs(joules / energy_j.total - 1)).toBeLessThan(1e-9);
  });

  test("of a cluster without power blocks is null, and --power-series says why there is none", async () => {
    const summary = join(temporaryFolder(), "summary.json");
    const gpu = ["run", "--cluster-config", "single_node_gpu_instance", "--num-reqs", "2"];
    expect((await tandem([...gpu, "--summary", summary])).code).toBe(0);
    expect(JSON.parse(readFileSync(summary, "utf8")).energy_j).toBeNull();
    const refused = await tandem([...gpu, "--power-series", "/dev/null"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("power block");
  });
});

describe("bad input: one line, the place, exit code 2", () => {
  const folder = temporaryFolder();
  const file = (name: string, text: string): string => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  type Instance = Record<string, unknown> & { npu_mem: Record<string, unknown> };
  type Config = {
    nodes: { num_instances: number; cpu_mem: Record<string, unknown>; instances: Instance[] }[];
  };
  const cluster = (change: (config: Config) => void): string => {
    const config: Config = JSON.parse(
      readFileSync(join(repository, "configs/cluster/single_node_pim_instance.json"), "utf8"),
    );
    change(config);
    return file(`cluster${Math.random()}.json`, JSON.stringify(config));
  };
  const edit = (change: (node: Config["nodes"][number], instance: Instance) => void): string =>
    cluster((config) => {
      const [node] = config.nodes;
      const instance = node?.instances[0];
      if (!node || !instance) throw new Error("the bundled cluster has an instance");
      change(node, instance);
    });

  const cases: [string, string[], RegExp][] = [
    ["an unknown flag, with the nearest one", ["--max-num-seq", "8"], /--max-num-seqs/],
    ["a flag's value that is no number", ["--max-num-seqs", "many"], /--max-num-seqs.*many/],
    ["a service level that is none", ["--slo", "ttft=fast"], /--slo.*ttft=fast/],
    ["a negative number", ["--max-num-seqs", "-1"], /--max-num-seqs/],
    ["a choice that is none", ["--dtype", "float8"], /--dtype.*float16/],
    ["a cluster file that is not there", ["--cluster-config", "./nowhere.json"], /nowhere\.json: no such file/],
    [
      "a cluster name, with the nearest one",
      ["--cluster-config", "single_node_pim_instanc"],
      /single_node_pim_instance/,
    ],
    [
      "JSON that is none, with the line",
      ["--cluster-config", file("broken.json", '{\n "num_nodes": 1,\n}')],
      /broken\.json.*not valid JSON/,
    ],
    [
      "an unknown field, with the nearest one",
      [
        "--cluster-config",
        edit((node) => {
          node.cpu_mem.mem_sise = 1;
        }),
      ],
      /\$\.nodes\[0\]\.cpu_mem: unknown field "mem_sise" \(did you mean "mem_size"\?\)/,
    ],
    [
      "counts that contradict each other",
      [
        "--cluster-config",
        edit((node) => {
          node.num_instances = 2;
        }),
      ],
      /num_instances is 2, but "instances" lists 1/,
    ],
    [
      "tensor parallelism",
      [
        "--cluster-config",
        edit((_node, instance) => {
          instance.tp_size = 2;
        }),
      ],
      /tensor parallelism|tp2|parallelism 2/,
    ],
    [
      "prefill/decode split",
      [
        "--cluster-config",
        edit((_node, instance) => {
          instance.pd_type = "prefill";
        }),
      ],
      /prefill\/decode disaggregation is not simulated yet/,
    ],
    [
      "a GPU without a profile",
      [
        "--cluster-config",
        edit((_node, instance) => {
          instance.hardware = "H999";
        }),
      ],
      /no profile of .* on H999/,
    ],
    [
      "a model larger than the GPU",
      [
        "--cluster-config",
        edit((_node, instance) => {
          instance.npu_mem.mem_size = 8;
        }),
      ],
      /the weights take 16\.1 GB/,
    ],
    [
      "offload without PIM",
      ["--cluster-config", "single_node_gpu_instance", "--enable-attn-offloading"],
      /attention offload needs PIM memory/,
    ],
    ["a request that can never fit", ["--max-model-len", "20"], /request 0 \(\d+ \+ \d+ tokens\)/],
    ["a dataset that is not there", ["--dataset", "exampel_trace"], /example_trace/],
    [
      "a bad line, with file, line and field",
      [
        "--dataset",
        file(
          "bad.jsonl",
          '{"input_toks":3,"output_toks":4,"arrival_time_ns":0}\n{"input_toks":0,"output_toks":4,"arrival_time_ns":1}\n',
        ),
      ],
      /bad\.jsonl:2.*input_toks/,
    ],
    ["an empty dataset", ["--dataset", file("empty.jsonl", "")], /empty\.jsonl/],
    ["an output that cannot be written", ["--output", "/dev/null/x.csv"], /\/dev\/null\/x\.csv: cannot be written/],
  ];

  test.each(cases)("%s", async (_name, args, message) => {
    const { code, stderr } = await tandem(["run", ...args]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });
});

describe("the verdict of a run", () => {
  const args = ["run", "--num-reqs", "4", ...interleaved];

  test("says how it stands and which mode would have been best, in words and in the summary", async () => {
    const summary = join(temporaryFolder(), "summary.json");
    const { stdout } = await tandem([...args, "--summary", summary]);
    const { verdict, makespan_ns } = JSON.parse(readFileSync(summary, "utf8"));
    for (const sentence of verdict.sentences) expect(stdout).toContain(sentence);
    const { modes } = JSON.parse((await tandem(["compare", "--num-reqs", "4", "--no-what-if", "--json"])).stdout);
    expect(modes.interleave.makespan_ns).toBe(makespan_ns);
    const ratio = (makespan_ns / modes["gpu-only"].makespan_ns).toFixed(2);
    expect(verdict.sentences[0]).toContain(`This run (interleave): makespan ${ratio}x`);
  });

  test.each([
    ["where it is turned off", ["--no-verdict"], 0],
    ["for a large load, unless asked for", ["--dataset", "decode_heavy", "--num-reqs", "40"], 0],
    ["where there is no PIM", ["--cluster-config", "single_node_gpu_instance"], 0],
    ["asked for", ["--dataset", "decode_heavy", "--num-reqs", "40", "--verdict"], 1],
  ])("%s", async (_, flags, said) => {
    const { stdout, code } = await tandem(["run", "--num-reqs", "2", ...flags]);
    expect(code).toBe(0);
    expect(stdout.match(/What fills most of the makespan/g) ?? []).toHaveLength(said);
  });
});
