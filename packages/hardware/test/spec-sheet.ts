/**
 * @module
 * The spec sheet of an imaginary GPU in round figures: 1000 bytes and 100,000 operations per ns, 100 SMs at 1 GHz.
 */
import type { AttentionKernel, GpuSpec } from "@tandem-sim/schemas";
import type { Efficiencies } from "../src/index.js";

const source = "round figures";
const figure = (value: number) => ({ value, source });

export const specSheet = (kernel: AttentionKernel = "FA2"): GpuSpec => ({
  hardware: "ROUND",
  gpu: "Round figures",
  memory: { family: "GDDR", size: figure(100), bw: figure(1000) },
  tflops: { bf16: figure(100), fp8: figure(200) },
  sms: figure(100),
  clock: figure(1000),
  l2: figure(100),
  attention_kernel: { value: kernel, source },
  links: { pcie: { bw: 64, source } },
  power: {
    idle_power: figure(10),
    standby_power: figure(20),
    active_power: figure(100),
    standby_duration: figure(1),
  },
});

/** Everything that the spec sheet states is reached. */
export const ideal: Efficiencies = { memory: 1, compute: 1, attention: 1 };
