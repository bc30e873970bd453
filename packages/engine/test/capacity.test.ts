/**
 * @module
 * What fits where, worked out by hand for Llama-3.1-8B. Parameters of a layer: attention 2 x 4096 x 4096 + 2 x 4096 x
 * 1024 = 41,943,040, MLP 3 x 4096 x 14336 = 176,160,768, norms 2 x 4096: 218,112,000. 32 layers, the last norm's 4096,
 * embedding and head 2 x 128,256 x 4096: 8,030,261,248. K and V of a token: 32 layers x 2 x 8 heads x 128.
 */
import { InstanceOptions } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { createPlan, type InstancePlan, type PlanInputs } from "../src/index.js";

type Node = PlanInputs["cluster"]["nodes"][number];

function inputsOf(options: Partial<InstanceOptions>, change: (node: Node) => void = () => {}): PlanInputs {
  const inputs = structuredClone(loadClusterInputs("single_node_pim_instance", InstanceOptions.parse(options)));
  for (const node of inputs.cluster.nodes) change(node);
  return inputs;
}

const planned = (inputs: PlanInputs): InstancePlan => {
  const [instance] = createPlan(inputs).instances;
  if (!instance) throw new Error("the bundled cluster has an instance");
  return instance;
};

/** As it would be with a profile that was measured with an fp8 KV cache. */
function withFp8Profile(inputs: PlanInputs): PlanInputs {
  for (const { instances } of inputs.nodes)
    for (const instance of instances) if (instance.profile) instance.profile.kvCacheDtype = "fp8";
  return inputs;
}

const gpuMemory =
  (mem: { mem_size?: number; mem_util?: number }) =>
  (node: Node): void => {
    for (const { npu_mem } of node.instances) Object.assign(npu_mem, mem);
  };

describe("a GPU", () => {
  test("holds two bytes of each weight", () => {
    expect(planned(inputsOf({})).weightBytes).toBe(16_060_522_496);
  });

  test("keeps 16 tokens in a block of 2 MiB, of 1 MiB in fp8", () => {
    expect(planned(inputsOf({})).blockBytes).toBe(16 * 131_072);
    expect(planned(withFp8Profile(inputsOf({ kvCacheDtype: "fp8" }))).blockBytes).toBe(16 * 65_536);
    expect(planned(inputsOf({ blockSize: 32 })).blockBytes).toBe(32 * 131_072);
  });

  // 0.9 x 96 x 2^30 - 16,060,522,496 = 76,710,771,097 bytes: 36,578.5 blocks of 2,097,152.
  test("of 96 GiB has room for 36,578 blocks, as 0.9 of it are in use", () => {
    expect(planned(inputsOf({})).gpuBlocks).toBe(36_578);
  });

  // 73,157.09 blocks of 1,048,576.
  test("has room for twice as many in fp8", () => {
    expect(planned(withFp8Profile(inputsOf({ kvCacheDtype: "fp8" }))).gpuBlocks).toBe(73_157);
  });

  // 0.5 x 96 x 2^30 - 16,060,522,496 = 35,479,085,056 bytes: 16,917.7 blocks. 24 GiB: 0.9 x 24 x 2^30 - weights =
  // 7,132,300,902 bytes: 3,400.9 blocks.
  test.each([
    ["mem_util of the cluster", {}, { mem_util: 0.5 }, 16_917],
    ["mem_util, which wins over --npu-memory-utilization", { npuMemoryUtilization: 0.8 }, { mem_util: 0.5 }, 16_917],
    ["--npu-memory-utilization", { npuMemoryUtilization: 0.5 }, {}, 16_917],
    ["mem_size in GiB", {}, { mem_size: 24 }, 3_400],
  ])("goes by %s", (_, options, mem, blocks) => {
    expect(planned(inputsOf(options, gpuMemory(mem))).gpuBlocks).toBe(blocks);
  });

  // 16,060,522,496 / (0.9 x 2^30) = 16.62 GiB.
  test("of 16.7 GiB holds the weights, one of 16.6 GiB does not", () => {
    expect(planned(inputsOf({}, gpuMemory({ mem_size: 16.7 }))).gpuBlocks).toBe(37);
    expect(() => planned(inputsOf({}, gpuMemory({ mem_size: 16.6 })))).toThrow(/the weights take 16\.1 GB/);
  });
});

describe("PIM of 8 GiB channels", () => {
  const offload = { enableAttnOffloading: true };
  const hostMemory = (mem_size: number) => (node: Node) => void Object.assign(node.cpu_mem, { mem_size });
  const pimOf = (options: Partial<InstanceOptions>, change?: (node: Node) => void) => {
    const { pim } = planned(inputsOf({ ...offload, ...options }, change));
    if (!pim) throw new Error("it offloads");
    return pim;
  };

  // 100 / 8 = 12.5; in 1e9 bytes it would be 11.6.
  test.each([
    [512, 64, 8],
    [100, 12, 1],
    [64, 8, 1],
  ])("in %d GiB of host memory is %d channels, %d groups of 8", (gib, channels, groups) => {
    const pim = pimOf({}, hostMemory(gib));
    expect([pim.channels, pim.layout.groups, pim.layout.channelsPerGroup]).toEqual([channels, groups, 8]);
  });

  // A group: 8 x 8 x 2^30 bytes over blocks of 2^21, or of 2^20.
  test("keeps 32,768 blocks in a group, 65,536 in fp8", () => {
    expect(pimOf({}).layout.blocksPerGroup).toBe(32_768);
    expect(pimOf({ kvCacheDtype: "fp8" }).layout.blocksPerGroup).toBe(65_536);
  });

  // q: 32 x 128 elements of 2 bytes; k and v: 2 x 8 x 128 of 2 or 1.
  test("gets q, k and v of a token, and returns its output: 12,288 and 8,192 bytes a layer; in fp8 10,240 up", () => {
    const { bytes } = pimOf({});
    expect([bytes.upBytes(1), bytes.kvBytes(1), bytes.downBytes(1)]).toEqual([12_288, 4_096, 8_192]);
    const { bytes: fp8 } = pimOf({ kvCacheDtype: "fp8" });
    expect([fp8.upBytes(1), fp8.kvBytes(1), fp8.downBytes(1)]).toEqual([10_240, 2_048, 8_192]);
  });

  test("reads fp8 KV in less than two thirds of the time, where contexts are long", () => {
    const { attention } = pimOf({});
    const { attention: fp8 } = pimOf({ kvCacheDtype: "fp8" });
    expect(fp8.decodeNs(4096)).toBeLessThan((2 / 3) * attention.decodeNs(4096));
    expect(fp8.appendNs(0, 1000)).toBeLessThan((2 / 3) * attention.appendNs(0, 1000));
  });
});
