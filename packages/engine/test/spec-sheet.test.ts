/**
 * @module
 * A GPU that nobody has profiled is simulated from its spec sheet; where both are there, the profile wins.
 */
import { ClusterConfig, InstanceOptions, type ModelConfig, parseWith, resolveCluster } from "@tandem-sim/schemas";
import {
  bundled,
  findGpuProfileDir,
  findGpuSource,
  findGpuSpecFile,
  findModelFile,
  loadClusterInputs,
  readGpuProfile,
  readModelConfig,
  readSpecSheet,
} from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { createPlan, type PlanInputs, type SimulationPlan } from "../src/index.js";

const modelNamed = (name: string): ModelConfig => readModelConfig(findModelFile(name));

function inputsOf(hardware: string, model: ModelConfig, options: Partial<InstanceOptions> = {}): PlanInputs {
  const { memory } = readSpecSheet(findGpuSpecFile(hardware));
  const instance = {
    model_name: "any",
    hardware,
    npu_mem: { mem_size: memory.size.value, mem_bw: memory.bw.value },
  };
  const node = { num_instances: 1, cpu_mem: { mem_size: 512, mem_bw: 200 }, instances: [instance] };
  const cluster = parseWith(ClusterConfig, { num_nodes: 1, nodes: [node] }, "a test");
  return resolveCluster(cluster, "a test", InstanceOptions.parse(options), {
    model: () => model,
    profile: () => readSpecSheet(findGpuSpecFile(hardware)),
    pim: () => {
      throw new Error("no PIM here");
    },
  });
}

const iterationMs = (plan: SimulationPlan, decodes: number, context: number): number => {
  const { layers, gpu } = (plan.instances[0] as SimulationPlan["instances"][number]).costs;
  const layer = gpu.preNs(decodes) + gpu.attentionNs(0, 0, decodes, context, context, context) + gpu.postNs(decodes);
  return (gpu.prologueNs(decodes) + layers * layer + gpu.headNs(decodes, decodes)) / 1e6;
};

test.each(bundled.gpuSpec)(
  "%s serves Llama-3.1-8B: a token takes a little longer than its weights take to read, all but the embedding's table",
  (name) => {
    const inputs = inputsOf(name, modelNamed("meta-llama/Llama-3.1-8B"));
    const plan = createPlan(inputs);
    const { weightBytes, gpuBandwidthGBps, gpuBlocks } = plan.instances[0] as SimulationPlan["instances"][number];
    const readMs = weightBytes / gpuBandwidthGBps / 1e6;
    expect(gpuBlocks).toBeGreaterThan(0);
    expect(iterationMs(plan, 1, 512) / readMs).toBeGreaterThan(0.93);
    expect(iterationMs(plan, 1, 512) / readMs).toBeLessThan(2);
  },
);

describe("which source an instance gets", () => {
  const llama = { hardware: "RTXPRO6000", model: "meta-llama/Llama-3.1-8B", variants: ["bf16"] };

  test("a profile where one was measured, the spec sheet for other models, dtypes and degrees", () => {
    expect(findGpuSource({ ...llama, tp: 1 }).profileDir).toBeDefined();
    expect(findGpuSource({ ...llama, tp: 2 }).specFile).toBeDefined();
    expect(findGpuSource({ ...llama, variants: ["fp8"], tp: 1 }).specFile).toBeDefined();
    expect(findGpuSource({ ...llama, model: "Qwen/Qwen3-8B", tp: 1 }).specFile).toBeDefined();
    expect(() => findGpuSource({ ...llama, hardware: "V100", tp: 1 })).toThrow(/no profile of .* on V100.*spec sheet/);
  });

  test("the bundled cluster keeps its profile", () => {
    const { nodes } = loadClusterInputs("single_node_gpu_instance", InstanceOptions.parse({}));
    expect(nodes[0]?.instances[0]).toMatchObject({ profile: { hardware: "RTXPRO6000" } });
  });

  test("from the one or the other, the same iteration takes much the same", () => {
    const inputs = inputsOf("RTXPRO6000", modelNamed(llama.model));
    const profile = readGpuProfile(findGpuProfileDir(llama.hardware, llama.model, "bf16"), 1);
    const measured = structuredClone({ ...inputs, nodes: [] }) as PlanInputs;
    measured.nodes = inputs.nodes.map((node) => ({
      ...node,
      instances: node.instances.map(({ model, options }) => ({ model, options, profile })),
    }));
    for (const decodes of [1, 16, 64, 128, 256]) {
      const ratio = iterationMs(createPlan(inputs), decodes, 1024) / iterationMs(createPlan(measured), decodes, 1024);
      expect(Math.abs(ratio - 1), `${decodes} decodes`).toBeLessThan(0.05);
    }
  });
});

test("a plan says how far its GPU times can be trusted", () => {
  const model = modelNamed("meta-llama/Llama-3.1-8B");
  const trust = (hardware: string): unknown => createPlan(inputsOf(hardware, model)).instances[0]?.gpuTimes;
  expect(["H100", "H200", "L4", "NeuPIMs-NPU"].map(trust)).toEqual([
    "calibrated",
    "partly calibrated",
    "spec sheet",
    "simulated",
  ]);
  const bundledPlan = createPlan(loadClusterInputs("single_node_gpu_instance", InstanceOptions.parse({})));
  expect(bundledPlan.instances[0]?.gpuTimes).toBe("measured");
});

test("an fp8 KV cache takes half the attention, which a profile measured with 16 bits cannot tell", () => {
  const model = modelNamed("meta-llama/Llama-3.1-8B");
  const auto = iterationMs(createPlan(inputsOf("H100", model)), 128, 8192);
  const fp8 = iterationMs(createPlan(inputsOf("H100", model, { kvCacheDtype: "fp8" })), 128, 8192);
  expect(fp8 / auto).toBeLessThan(0.7);
});

test("a sliding window is refused where it cuts contexts that are served", () => {
  const windowed = { ...modelNamed("mistralai/Mistral-7B-v0.3"), sliding_window: 4096 };
  expect(() => createPlan(inputsOf("H100", windowed))).toThrow(/a test: .*model_name: a sliding window/);
  expect(() => createPlan(inputsOf("H100", windowed, { maxModelLen: 4096 }))).not.toThrow();
});
