/**
 * @module
 * An accelerator that is no GPU, through the command.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Summary } from "@tandem-sim/schemas";
import { describe, expect, test } from "vitest";
import { tandem, temporaryFolder } from "./tandem.js";

const summary = join(temporaryFolder(), "summary.json");
const npu = ["run", "--num-reqs", "2", "--gpu", "NeuPIMs-NPU", "--model", "openai/GPT-3-6.7B"];
const link = ["--set", "link_bw=64", "--set", "link_latency=1000"];

describe("the NPU of NeuPIMs", () => {
  test("serves as a GPU does, and the run says that nobody has measured it", async () => {
    const { code, stdout } = await tandem([...npu, "--tp", "4", ...link, "--summary", summary]);
    expect(code).toBe(0);
    const { instances, energy_j }: Summary = JSON.parse(readFileSync(summary, "utf8"));
    expect(instances[0]).toMatchObject({ gpu_times: "simulated", gpus: 4, gpu_bandwidth_gbps: 4096 });
    expect(energy_j?.total).toBeGreaterThan(0);
    expect(stdout).toMatch(/nobody has measured it\. Typically within \d+\.\d% of that simulator\./);
  });

  test.each([
    ["a link between its shards", [...npu, "--tp", "4"], /\$\.link_bw: 4 GPUs of an instance need a link/],
    ["weights of 16 bits", [...npu, "--dtype", "fp8"], /arrays of NeuPIMs-NPU multiply 16-bit elements, not fp8/],
    [
      "a GPU to fit efficiencies to",
      ["profile", "calibrate", "RTXPRO6000/meta-llama/Llama-3.1-8B", "--gpu", "NeuPIMs-NPU"],
      /NeuPIMs-NPU is no GPU that exists: its spec sheet is of kind "systolic"/,
    ],
  ])("needs %s", async (_, args, message) => {
    const { code, stderr } = await tandem(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("is listed and shown beside GPUs", async () => {
    const list = JSON.parse((await tandem(["profile", "list", "--json"])).stdout) as { name: string; times: string }[];
    expect(list.find(({ name }) => name === "NeuPIMs-NPU")).toMatchObject({ times: "simulated" });
    const { stdout } = await tandem(["profile", "show", "NeuPIMs-NPU", "--model", "openai/GPT-3-6.7B", "--tp", "4"]);
    expect(stdout).toMatch(
      /NPU of NeuPIMs \(simulated, never built\): openai\/GPT-3-6\.7B, bf16, tp 4[\s\S]*\(simulated\)/,
    );
  });
});
