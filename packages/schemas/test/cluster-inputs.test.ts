import { expect, test } from "vitest";
import { InstanceOptions } from "../src/index.js";
import { findGpuProfileDir, loadClusterInputs } from "../src/node/index.js";

const cluster = "single_node_pim_instance";
const gpuProfileDir = findGpuProfileDir("RTXPRO6000", "meta-llama/Llama-3.1-8B", "bf16");
const load = (options: Partial<InstanceOptions>) =>
  loadClusterInputs(cluster, InstanceOptions.parse(options), { gpuProfileDir });

test("a profile folder that is named for the run is held against the config", () => {
  expect(load({}).nodes[0]?.instances[0]?.profile?.model).toBe("meta-llama/Llama-3.1-8B");
  expect(load({ dtype: "float16" }).nodes[0]?.instances[0]?.profile?.variant).toBe("bf16");
  expect(() => load({ dtype: "fp8" })).toThrow(
    /single_node_pim_instance\.json: \$\.nodes\[0\]\.instances\[0\]: .*dtype bf16, the instance has fp8/,
  );
});

test("with fp8 KV, a profile without it is found where there is none with it", () => {
  const { nodes } = loadClusterInputs(cluster, InstanceOptions.parse({ kvCacheDtype: "fp8" }));
  expect(nodes[0]?.instances[0]?.profile).toMatchObject({ variant: "bf16", kvCacheDtype: "auto" });
});
