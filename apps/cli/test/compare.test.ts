import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { repository, tandem, tandemProcess, temporaryFolder } from "./tandem.js";

const folder = temporaryFolder();

/** The bundled PIM cluster with another GPU memory, GiB. */
function clusterWith(gpuGiB: number): string {
  const text = readFileSync(join(repository, "configs/cluster/single_node_pim_instance.json"), "utf8");
  const config = JSON.parse(text);
  config.nodes[0].instances[0].npu_mem.mem_size = gpuGiB;
  const file = join(folder, `gpu-${gpuGiB}.json`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** One request whose KV takes 1.5 GB. */
const dataset = join(folder, "long.jsonl");
writeFileSync(dataset, '{"input_toks":12000,"output_toks":4,"arrival_time_ns":0}\n');

describe("compare, where the KV cache of a request fits into PIM only", () => {
  const args = ["compare", "--cluster-config", clusterWith(18), "--dataset", dataset];

  test("shows GPU-only as not fitting, with the reason, and compares the rest", async () => {
    const report = join(folder, "report.html");
    const { code, stdout } = await tandem([...args, "--report", report]);
    expect(stdout).toMatch(/^gpu-only +does not fit/m);
    expect(stdout).toMatch(/^offload +\d.* 1\.00x/m);
    expect(stdout).toMatch(/^gpu-only does not fit: .*request 0 .* KV blocks/m);
    expect(readFileSync(report, "utf8")).toContain("<td>gpu-only</td><td>does not fit</td>");
    expect(code).toBe(0);
  });

  test("names it in JSON", async () => {
    const { modes, does_not_fit } = JSON.parse((await tandem([...args, "--json"])).stdout);
    expect(Object.keys(modes)).toEqual(["offload", "interleave", "auto"]);
    expect(does_not_fit).toEqual({ "gpu-only": expect.stringContaining("KV blocks") });
  });
});

describe("compare, where prompts come again that the GPU has no room to remember", () => {
  const prompt = (first: number) => Array.from({ length: 1600 }, (_, i) => first + i);
  const file = join(folder, "again.jsonl");
  const lines = [0, 1, 2, 0, 1, 2].map((which, i) => ({
    input_toks: 1600,
    output_toks: 2,
    arrival_time_ns: i * 1e9,
    input_tok_ids: prompt(5000 * which),
    output_tok_ids: [1, 2],
  }));
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const args = ["--cluster-config", clusterWith(17), "--dataset", file];

  test("shows KV offload to host memory as well, and holds PIM against it", async () => {
    const { stdout } = await tandem(["compare", ...args, "--no-what-if"]);
    expect(stdout).toMatch(/^kv-offload +\d.* 0\.\d\dx/m);
    expect(stdout).toMatch(/^Against kv-offload, which needs no PIM, \w+ comes to makespan \d/m);
  });

  test("runs modes by name", async () => {
    const named = await tandem(["compare", ...args, "--modes", "gpu-only,kv-offload", "--json"]);
    const { modes } = JSON.parse(named.stdout);
    expect(Object.keys(modes)).toEqual(["gpu-only", "kv-offload"]);
    expect(modes["kv-offload"].kv_offload).toMatchObject({ hit_tokens: 3 * 1584, loads: 3 });
    expect(modes["kv-offload"].ttft_ms.mean).toBeLessThan(0.7 * modes["gpu-only"].ttft_ms.mean);
    const { stderr, code } = await tandem(["compare", ...args, "--modes", "kv"]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--modes: "kv" is no mode \(gpu-only, kv-offload/)]);
  });

  test("and run draws loads and stores on tracks of their own", async () => {
    const timeline = join(folder, "kv.json");
    const { stdout } = await tandem(["run", ...args, "--kv-offload", "host", "--no-verdict", "--timeline", timeline]);
    expect(stdout).toMatch(/^KV to \/ from host memory +\d/m);
    const events: { name: string; tid: number; args?: { name?: string; blocks?: number } }[] = JSON.parse(
      readFileSync(timeline, "utf8"),
    ).traceEvents;
    const track = events.find(({ args }) => args?.name === "KV from host memory")?.tid;
    expect(events.filter(({ name }) => name === "load KV of request 3")).toMatchObject([
      { tid: track, args: { blocks: 99 } },
    ]);
  });
});

test("modes side by side say what one after the other say, byte for byte", () => {
  const [one, two] = [1, 2].map((jobs) => {
    const report = join(folder, `jobs-${jobs}.html`);
    const args = ["compare", "--num-reqs", "8", "--attn-offload-phase", "decode", "--report", report];
    const { code, stdout, stderr } = tandemProcess([...args, "--jobs", String(jobs)]);
    return { code, stdout, stderr, page: readFileSync(report, "utf8") };
  });
  expect(one?.code).toBe(0);
  expect(two).toEqual(one);
});

test("compare of a load that no mode can serve fails, with a reason", async () => {
  const { code, stderr } = await tandem(["compare", "--cluster-config", clusterWith(8)]);
  expect(stderr).toMatch(/no mode fits: .*the weights take 16\.1 GB/);
  expect(code).toBe(2);
});

describe("compare runs again with one thing changed", () => {
  const args = ["compare", "--num-reqs", "6", "--attn-offload-phase", "decode"];

  test("and tells flips and causes, in words and as JSON, with what was compared", async () => {
    // In CI the head is bold.
    const stdout = stripVTControlCharacters((await tandem(args)).stdout);
    expect(stdout).toMatch(/^one cause at a time +makespan s/m);
    expect(stdout).toMatch(/^ {2}attention on PIM +\+/m);
    const { verdict, inputs } = JSON.parse((await tandem([...args, "--json"])).stdout);
    expect(verdict.what_if.flips.map(({ axis }: { axis: string }) => axis)).toEqual(["mem_size", "max_num_seqs"]);
    for (const sentence of verdict.sentences) expect(stdout).toContain(`\n${sentence}\n`);
    expect(inputs).toMatchObject({ dataset: "example_trace", requests: 6, offload_phase: "decode" });
  });

  test("unless told not to", async () => {
    const { stdout } = await tandem([...args, "--no-what-if"]);
    expect(stdout).not.toContain("one cause at a time");
    expect(JSON.parse((await tandem([...args, "--no-what-if", "--json"])).stdout).verdict.what_if).toBeNull();
  });

  test("and the report shows the same sentences, above its tables", async () => {
    const report = join(folder, "verdict.html");
    const { stdout } = await tandem([...args, "--report", report]);
    const html = readFileSync(report, "utf8");
    const [sentence = ""] = stdout.split("\n").filter((line) => line.startsWith("What fills most"));
    expect(html.indexOf(`<p>${sentence}</p>`)).toBeGreaterThan(0);
    expect(html.indexOf(`<p>${sentence}</p>`)).toBeLessThan(html.indexOf("<table>"));
    expect(html).toContain("<td>  attention on PIM</td>");
  });
});

describe("--set", () => {
  test("changes the cluster config, and compare says so", async () => {
    const args = ["compare", "--num-reqs", "2", "--no-what-if", "--json", "--set", "nodes.0.cpu_mem.mem_size=1024"];
    const { inputs, modes } = JSON.parse((await tandem(args)).stdout);
    expect(inputs.cluster).toMatch(/single_node_pim_instance.json --set nodes.0.cpu_mem.mem_size=1024$/);
    expect(modes.offload.instances[0].pim_channels).toBe(128);
  });

  test.each([
    ["nodes.0.cpu_mem.mem_sise=1", /--set nodes.0.cpu_mem.mem_sise=1: \$.nodes\[0\].cpu_mem.*did you mean "mem_size"/s],
    [
      "nodes.0.cpu_mem.mem_size=big",
      /--set nodes.0.cpu_mem.mem_size=big: \$.nodes\[0\].cpu_mem.mem_size.*expected number/s,
    ],
    ["nodes.4.cpu_mem.mem_size=1", /there is no "4" in a list of 1/],
    ["mem_size", /--set: expected path=value/],
  ])("%s is refused in one message, with its place", async (setting, message) => {
    const { code, stderr, stdout } = await tandem(["run", "--set", setting]);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, ""]);
  });
});
