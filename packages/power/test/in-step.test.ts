/**
 * @module
 * GPUs that share every layer of a model: they run and wait together, and what they add up crosses links of their own.
 */
import { expect, test } from "vitest";
import { createNodeMeter } from "../src/index.js";
import { oneGpu, power } from "./sample-node.js";

const s = 1e9;

test("four GPUs in step take four times a GPU's energy, and the CPU is busy once", () => {
  const [alone, inStep] = [oneGpu, { ...oneGpu, inStep: [4] }].map((hardware) => {
    const meter = createNodeMeter(power, hardware);
    meter.gpuBusy(0, 1 * s, 3 * s);
    return meter.finish(10 * s).components;
  });
  // 2 s active, 2 s of standby behind, 1 + 5 s idle.
  expect([inStep!.npu_active, inStep!.npu_standby, inStep!.npu_idle]).toEqual([4 * 2 * 550, 4 * 2 * 100, 4 * 6 * 25]);
  expect(inStep!.npu_idle).toBe(4 * alone!.npu_idle);
  expect(inStep!.cpu).toBe(alone!.cpu);
});

test("instances of one and of two GPUs of a kind are counted apart", () => {
  const meter = createNodeMeter(power, { ...oneGpu, gpus: ["big", "big"], inStep: [1, 2] });
  meter.gpuBusy(0, 0, 3 * s);
  meter.gpuBusy(1, 0, 1 * s);
  expect(meter.finish(3 * s).components.npu_active).toBe((3 + 2 * 1) * 550);
});

test("reported as a total they take what they take segment by segment", () => {
  const [segments, total] = [0, 1].map(() => createNodeMeter(power, { ...oneGpu, inStep: [2] }));
  segments!.gpuBusy(0, 0, 1 * s);
  segments!.gpuBusy(0, 2 * s, 3 * s);
  total!.gpuBusyWithin(0, 0, 3 * s, 2 * s);
  expect(total!.finish(4 * s)).toEqual(segments!.finish(4 * s));
});

test("bytes between GPUs cost energy on the link, and none in host memory", () => {
  const [without, moved] = [0, 3e9].map((bytes) => {
    const meter = createNodeMeter(power, oneGpu, 1 * s);
    meter.gpuLinkBytes(0, 2 * s, bytes);
    return meter.finish(2 * s);
  });
  expect(moved!.components.link - without!.components.link).toBeCloseTo(3e9 * 8 * 6e-12, 12);
  expect(moved!.components.dram).toBe(without!.components.dram);
  const integral = moved!.series.reduce((sum, { startNs, endNs, total }) => sum + (total * (endNs - startNs)) / s, 0);
  expect(integral).toBeCloseTo(moved!.total, 9);
});
