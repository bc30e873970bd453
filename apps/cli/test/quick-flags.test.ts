import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Summary } from "@tandem-sim/schemas";
import { describe, expect, test } from "vitest";
import { repository, tandem, temporaryFolder } from "./tandem.js";

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);

async function summaryOf(...flags: string[]): Promise<Summary> {
  const { code, stderr } = await tandem(["run", "--num-reqs", "2", "--summary", file("summary.json"), ...flags]);
  expect(stderr).not.toContain("[ERROR]");
  expect(code).toBe(0);
  return JSON.parse(readFileSync(file("summary.json"), "utf8"));
}

describe("another GPU, model or PIM without a config file", () => {
  test("--gpu takes memory, bandwidth and power from the spec sheet, and the run says so", async () => {
    const { instances, energy_j } = await summaryOf("--gpu", "H100", "--dump-config", file("dumped.json"));
    expect(instances[0]).toMatchObject({ hardware: "H100", gpu_bandwidth_gbps: 3350, gpu_times: "calibrated" });
    expect(energy_j?.total).toBeGreaterThan(0);
    const [node] = JSON.parse(readFileSync(file("dumped.json"), "utf8")).nodes;
    expect(node.instances[0].npu_mem.mem_size).toBe(80);
    expect(node.power.npu.H100.active_power).toBeGreaterThan(300);
    const { stdout } = await tandem(["run", "--num-reqs", "2", "--gpu", "H100"]);
    expect(stdout).toContain(
      "on H100, computed from its spec sheet and calibrated to measurements of that GPU. Typically within",
    );
  });

  test("the dumped config gives the same run again", async () => {
    const flags = ["--gpu", "L4", "--pim", "HBM2_1GB_2000_pim", "--pim-link", "32", "--enable-attn-offloading"];
    const csv = (name: string): string[] => ["--output", file(name)];
    await summaryOf(...flags, ...csv("flags.csv"), "--dump-config", file("again.json"));
    await summaryOf("--cluster-config", file("again.json"), "--enable-attn-offloading", ...csv("config.csv"));
    expect(readFileSync(file("config.csv"), "utf8")).toBe(readFileSync(file("flags.csv"), "utf8"));
  });

  test("a measured profile wins; --gpu-model asks for either", async () => {
    expect((await summaryOf("--gpu", "RTXPRO6000")).instances[0]?.gpu_times).toBe("measured");
    expect((await summaryOf("--gpu-model", "analytic")).instances[0]?.gpu_times).toBe("calibrated");
    const { code, stderr } = await tandem(["run", "--gpu", "H100", "--gpu-model", "measured"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("no profile of meta-llama/Llama-3.1-8B on H100")]);
  });

  test("--model takes the config.json of a model, without any other file", async () => {
    writeFileSync(
      file("config.json"),
      JSON.stringify({
        architectures: ["Qwen2ForCausalLM"],
        model_type: "qwen2",
        hidden_size: 896,
        intermediate_size: 4864,
        num_attention_heads: 14,
        num_hidden_layers: 24,
        num_key_value_heads: 2,
        max_position_embeddings: 32768,
        vocab_size: 151936,
        tie_word_embeddings: true,
        torch_dtype: "bfloat16",
        use_sliding_window: false,
        sliding_window: 32768,
      }),
    );
    const { instances, requests } = await summaryOf("--gpu", "RTX4090", "--model", file("config.json"));
    expect([instances[0]?.model, requests]).toEqual([file("config.json"), 2]);
  });

  test("--gpu takes a spec sheet of one's own", async () => {
    const spec = JSON.parse(readFileSync(join(repository, "configs/gpu/H100/spec.json"), "utf8"));
    spec.hardware = "Mine";
    spec.memory.bw.value = 6700;
    writeFileSync(file("mine.json"), JSON.stringify({ ...spec, $schema: undefined }));
    const mine = await summaryOf("--gpu", file("mine.json"));
    const theirs = await summaryOf("--gpu", "H100");
    expect(mine.instances[0]).toMatchObject({ hardware: "Mine", gpu_bandwidth_gbps: 6700 });
    expect(mine.makespan_ns).toBeLessThan(theirs.makespan_ns);
  });

  test("--tp takes the link between GPUs from the spec sheet, and tables say what GPUs wait for each other", async () => {
    const args = ["compare", "--gpu", "H100", "--model", "meta-llama/Llama-3.1-70B", "--tp", "4", "--num-reqs", "4"];
    const { modes } = JSON.parse((await tandem([...args, "--no-what-if", "--json"])).stdout);
    const [instance] = modes.interleave.instances;
    expect(instance).toMatchObject({ gpus: 4, gpu_bandwidth_gbps: 4 * 3350 });
    expect(instance.collective_busy).toBeGreaterThan(0.01);
    expect((await tandem([...args, "--no-what-if"])).stdout).toMatch(/waits for PIM {2}for link {2}for GPUs/);
  });

  test("--set has the last word", async () => {
    const { instances } = await summaryOf("--gpu", "H100", "--set", "nodes.0.instances.0.npu_mem.mem_bw=1000");
    expect(instances[0]?.gpu_bandwidth_gbps).toBe(1000);
  });

  test("--pim-link is the bandwidth that offload has", async () => {
    const offload = ["--enable-attn-offloading", "--num-reqs", "8"];
    const slow = await summaryOf("--pim-link", "0.5", ...offload);
    const fast = await summaryOf("--pim-link", "64", ...offload);
    expect(slow.idle.gpu.waiting_for_link).toBeGreaterThan(10 * fast.idle.gpu.waiting_for_link);
  });

  test("--pim-attach puts PIM beside each GPU or in its memory, and the dumped config says where", async () => {
    const offload = ["--enable-attn-offloading", "--pim", "HBM2_1GB_2000_neupims"];
    const beside = await summaryOf(
      ...offload,
      "--pim-attach",
      "device",
      "--pim-mem",
      "48",
      "--dump-config",
      file("at.json"),
    );
    expect(beside.instances[0]).toMatchObject({ pim_channels: 48, pim_channel_groups: 6 });
    expect(beside.link_bytes.up).toBeGreaterThan(0);
    const [node] = JSON.parse(readFileSync(file("at.json"), "utf8")).nodes;
    expect(node.instances[0].pim_mem).toMatchObject({ pim_config: "HBM2_1GB_2000_neupims", mem_size: 48 });
    const inside = await summaryOf(...offload, "--pim-attach", "gpu");
    expect(inside.instances[0]).toMatchObject({ pim_channels: 96, link_up_busy: null });
    expect(inside.link_bytes).toEqual({ up: 0, down: 0 });
    // As if the config had said so; its link can be changed where there is one.
    const again = ["--cluster-config", file("at.json"), "--enable-attn-offloading"];
    expect((await summaryOf(...again, "--pim-link", "1")).makespan_ns).toBeGreaterThan(
      (await summaryOf(...again)).makespan_ns,
    );
  });

  test.each([
    [["--pim-attach", "gpu"], /--pim-attach gpu needs a PIM device/],
    [
      ["--pim", "HBM2_1GB_2000_neupims", "--pim-attach", "gpu", "--pim-link", "9"],
      /--pim-link: PIM in the GPU's own memory has no link/,
    ],
    [
      [
        "--pim",
        "HBM2_1GB_2000_pim",
        "--pim-attach",
        "gpu",
        "--set",
        "nodes.0.instances.0.npu_mem.pim.access=concurrent",
        "--enable-attn-offloading",
      ],
      /npu_mem.pim.access: HBM2_1GB_2000_pim has one row buffer a bank/,
    ],
    [["--gpu", "H101"], /H101: no spec sheet .*did you mean "H100"\?/],
    [["--model", "meta-llama/Llama-3.1-9B"], /did you mean "meta-llama\/Llama-3.1-8B"/],
    [["--pim", "HBM9"], /HBM9/],
    [["--pim-link", "0"], /--pim-link: expected GB\/s from 0.001/],
    [["--tp", "0"], /--tp/],
    [["--gpu", "H100", "--tp", "3"], /tp_size: 3 GPUs cannot share 32 query heads evenly/],
    [["--gpu", "L4", "--model", "meta-llama/Llama-3.1-70B"], /the weights take 141.1 GB, the GPU gives/],
  ])("%j is refused in one message", async (flags, message) => {
    const { code, stderr, stdout } = await tandem(["run", "--dump-config", file("never.json"), ...flags]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect([code, stdout]).toEqual([2, ""]);
    expect(() => readFileSync(file("never.json"))).toThrow();
  });
});

describe("profile show", () => {
  test("of a spec sheet shows any model on it", async () => {
    const { stdout, code } = await tandem(["profile", "show", "H100", "--model", "Qwen/Qwen3-32B", "--tp", "2"]);
    expect(code).toBe(0);
    expect(stdout).toContain("NVIDIA H100 SXM5 80 GB: Qwen/Qwen3-32B, bf16, tp 2, 64 layers");
    const { decode, range, form } = JSON.parse((await tandem(["profile", "show", "H100", "--json"])).stdout);
    expect([form, range]).toEqual(["calibrated", null]);
    // 8 billion parameters of two bytes at 91% of 3350 GB/s are 5.3 ms.
    expect(decode[0].iteration_ns).toBeGreaterThan(4.8e6);
    expect(decode[0].iteration_ns).toBeLessThan(7e6);
  });

  test("of a measured profile says how far its spec sheet is from it", async () => {
    const { stdout } = await tandem(["profile", "show", "RTXPRO6000/meta-llama/Llama-3.1-8B"]);
    const [, least, most] = /these iterations take ([-+.\d]+)% to ([-+.\d]+)%/.exec(stdout) ?? [];
    expect(Number(least)).toBeGreaterThan(-10);
    expect(Number(most)).toBeLessThan(10);
  });
});
