import {
  findGpuProfileDir,
  findModelFile,
  findPimFile,
  readGpuProfile,
  readModelConfig,
  readPimDevice,
} from "@tandem-sim/schemas/node";
import { describe, expect, test } from "vitest";
import { pimPlot } from "../pages/pim-plot.js";
import { channelsOf, pimFacts } from "./pim-facts.js";

const name = "meta-llama/Llama-3.1-8B";
const model = readModelConfig(findModelFile(name));
const gpu = readGpuProfile(findGpuProfileDir("RTXPRO6000", name, "bf16"), 1);

const factsOf = (deviceName: string, contexts: number[]) => {
  const device = readPimDevice(findPimFile(deviceName));
  const channels = channelsOf(device, 512);
  return pimFacts({
    device,
    model,
    gpu,
    channels,
    contexts,
    attach: "host" as const,
    share: 1,
    queriesPerRow: 1,
    kvElementBytes: 2,
  });
};

describe("where PIM attention beats the GPU's", () => {
  test("the DDR4 node wins while each request has a group to itself and contexts are short, and never on long ones", () => {
    const [short, long] = factsOf("DDR4_8GB_3200_pim", [128, 4096]).breakEven;
    expect(short).toMatchObject({ untilBatch: 8 });
    expect(short?.batch).toBeGreaterThanOrEqual(1);
    expect(short?.pimNs).toBeLessThan(short?.gpuNs as number);
    expect(long).toMatchObject({ batch: null, untilBatch: null });
    expect(long?.pimNs).toBeGreaterThan(long?.gpuNs as number);
  });

  test("a node of HBM2, with eight times the channels, wins from a batch on and keeps winning", () => {
    const { breakEven, greatestBatch } = factsOf("HBM2_1GB_2000_pim", [2048]);
    expect(breakEven[0]?.untilBatch).toBe(greatestBatch);
    expect(breakEven[0]?.batch).toBeGreaterThan(1);
  });
});

describe("the plot of a device", () => {
  const subject = { device: "HBM2_1GB_2000_pim", model: name, gpu: "RTXPRO6000" };
  const facts = factsOf(subject.device, [2048, 128, 512]);

  test("shows every part, their total, the group of channels and the GPU", () => {
    const plot = pimPlot(subject, facts);
    for (const part of [
      "activation",
      "compute",
      "read-out",
      "input",
      "refresh",
      "total on one channel",
      "RTXPRO6000",
    ]) {
      expect(plot).toContain(`>${part}</text>`);
    }
    expect(plot).toContain(">on a group of 8 channels</text>");
  });

  test("stacks the parts up to the total", () => {
    const plot = pimPlot(subject, facts);
    const line = (n: number) =>
      plot.match(new RegExp(`d="([^"]*)" fill="none"[^>]* stroke="var\\(--line-${n}\\)"`))?.[1];
    const coordinates = (n: number) =>
      line(n)
        ?.match(/[\d.]+/g)
        ?.map(Number) ?? [];
    const [refresh, total] = [coordinates(5), coordinates(6)];
    expect(total).toHaveLength(6);
    total.forEach((coordinate, i) => void expect(refresh[i]).toBeCloseTo(coordinate, 0));
  });

  test("does without a GPU where there is no profile of it", () => {
    expect(pimPlot(subject, { ...facts, gpuLatencyNs: null })).not.toContain("RTXPRO6000");
  });
});

describe("the parts of a latency", () => {
  test("add up, and a group of channels divides it by its channels", () => {
    const { latency, groupLatencyNs, channelsPerGroup } = factsOf("LPDDR5_2GB_6400_pim", [512, 4096]);
    latency.forEach((point, i) => {
      const parts = point.activationNs + point.computeNs + point.readOutNs + point.inputNs + point.refreshNs;
      expect(Math.abs(parts - point.totalNs)).toBeLessThan(1);
      expect(point.totalNs / (groupLatencyNs[i] as number)).toBeCloseTo(channelsPerGroup, 2);
    });
  });
});
