/**
 * @module
 * The bundled devices of published systems against what their own simulators count.
 */
import { findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import { describe, expect, it } from "vitest";
import { derivePimTiming, type PimShape, type PimTiming, pimAttention } from "../src/index.js";

const timingOf = (name: string): PimTiming => derivePimTiming(readPimDevice(findPimFile(name)));
const shape = (heads: number, elementBytes = 2): PimShape => ({
  heads,
  kvHeads: heads,
  headDim: 128,
  elementBytes,
  share: 1,
});

/** ns for q K^T + p V of 8 heads on one channel, played command by command in NeuPIMs' simulator. */
const played = [
  { device: "HBM2_1GB_2000_neupims_one_buffer", context: 512, ns: 19183 },
  { device: "HBM2_1GB_2000_neupims_one_buffer", context: 2048, ns: 76938 },
  { device: "HBM2_1GB_2000_neupims", context: 512, ns: 15419 },
  { device: "HBM2_1GB_2000_neupims", context: 2048, ns: 63239 },
];

describe("NeuPIMs' HBM2", () => {
  it.each(played)("$device at $context tokens takes $ns ns, within 3%", ({ device, context, ns }) => {
    expect(Math.abs(pimAttention(timingOf(device), shape(8), context).totalNs / ns - 1)).toBeLessThan(0.03);
  });

  it("rows of K and V take what its simulator gives before refresh, within 3%", () => {
    for (const [name, k, v] of [
      ["HBM2_1GB_2000_neupims_one_buffer", 213, 952],
      ["HBM2_1GB_2000_neupims", 197, 664],
    ] as const) {
      const timing = timingOf(name);
      const { totalNs, refreshNs, inputNs } = pimAttention(timing, shape(8), 512);
      // 32 rows of four heads of K, and V with its input vector for each of 8 heads; those of K are not counted.
      const busyNs = totalNs - refreshNs - inputNs / 5;
      expect(Math.abs(busyNs / (32 * k + 8 * v) - 1), name).toBeLessThan(0.03);
    }
  });
});

/** ms per token of a model's attention on AttAcc, contexts of 2049 to 2176, of its simulator. Five stacks a GPU. */
const attacc = [
  { model: "GPT-3 175B", layers: 96, headsPerGpu: 12, batch: 95, ms: 4.86 },
  { model: "LLaMA-65B", layers: 80, headsPerGpu: 8, batch: 142, ms: 4.05 },
];

/** Mean over the output tokens of a prompt of 2048, ns. */
function meanNs(attentionNs: (context: number) => number): number {
  let sum = 0;
  for (let context = 2049; context <= 2176; context++) sum += attentionNs(context);
  return sum / 128;
}

describe("AttAcc's HBM3", () => {
  const timing = timingOf("HBM3_512MB_5200_attacc");
  const headNs = (context: number, elementBytes = 2): number =>
    pimAttention(timing, shape(1, elementBytes), context).totalNs;

  it.each(attacc)(
    "$model, batch $batch: $ms ms of attention a token, within 6%",
    ({ layers, headsPerGpu, batch, ms }) => {
      // A stack has 32 pseudo-channels, a head lives on one.
      const headsEach = Math.ceil((headsPerGpu * batch) / 5 / 32);
      expect(Math.abs((meanNs((context) => headNs(context)) * headsEach * layers) / 1e6 / ms - 1)).toBeLessThan(0.06);
    },
  );

  it("GPT-3 175B alone: 0.37 ms within 14%, where a head takes both pseudo-channels of its channel", () => {
    const ms = (meanNs((context) => headNs(Math.ceil(context / 2))) * 96) / 1e6;
    expect(Math.abs(ms / 0.37 - 1)).toBeLessThan(0.14);
  });

  it.each([
    [1024, 2],
    [2048, 2],
    [4096, 2],
    [8192, 2],
    [2048, 1],
    [8192, 1],
  ])(
    "a head over %i tokens of %i bytes takes L (6/2 + 63/64) cycles for 2 bytes, half for one, within 5%%",
    (L, bytes) => {
      const cycles = (L * bytes * (6 / 2 + 63 / 64)) / 2;
      expect(Math.abs(headNs(L, bytes) / 0.769 / cycles - 1)).toBeLessThan(0.05);
    },
  );
});

describe("GDDR6-AiM", () => {
  it("computes 1 TFLOPS on the two channels of a part while rows are open, and about half of it with them", () => {
    const timing = timingOf("GDDR6_512MB_16000_aim");
    // 16 banks of 16 multiplications and additions a slot.
    expect((2 * 16 * 16 * 2) / timing.columnNs / 1000).toBeCloseTo(1.024, 9);
    const { computeNs, totalNs } = pimAttention(timing, shape(1), 8192);
    expect(computeNs / totalNs).toBeGreaterThan(0.35);
    expect(computeNs / totalNs).toBeLessThan(0.6);
  });
});
