import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { repository, tandem, temporaryFolder } from "./tandem.js";

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

test("compare of a load that no mode can serve fails, with a reason", async () => {
  const { code, stderr } = await tandem(["compare", "--cluster-config", clusterWith(8)]);
  expect(stderr).toMatch(/no mode fits: .*the weights take 16\.1 GB/);
  expect(code).toBe(2);
});
