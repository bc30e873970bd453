import { findModelFile, findPimFile, readModelConfig, readPimDevice } from "@tandem-sim/schemas/node";
import { expect, test } from "vitest";
import { pimComparisonPlot } from "../pages/pim-comparison-plot.js";
import { type ComparedPim, pimComparisonJson, pimComparisonResult } from "./pim-comparison.js";
import { channelsOf, pimFacts } from "./pim-facts.js";

const name = "meta-llama/Llama-3.1-8B";
const model = readModelConfig(findModelFile(name));

const compared: ComparedPim[] = ["HBM2_1GB_2000_pim", "HBM2_1GB_2000_neupims", "HBM3_512MB_5200_attacc"].map((file) => {
  const device = readPimDevice(findPimFile(file));
  const channels = channelsOf(device, 512);
  const contexts = [512, 2048];
  const question = {
    device,
    model,
    gpu: null,
    channels,
    contexts,
    attach: "host" as const,
    share: 1,
    queriesPerRow: 1,
    kvElementBytes: 2,
  };
  return { device: file, facts: pimFacts(question) };
});

test("bandwidth is all KV bytes over the time of a group; energy is that of a busy channel over its bytes", () => {
  for (const { facts } of compared) {
    const { groups, channelsPerGroup, groupLatencyNs, kvGBps, kvPjPerByte, peakWatts, gemvGBps } = facts;
    // A token has K and V of 8 heads of 128 elements of 2 bytes, one head a channel.
    const bytes = groups * 2048 * 8 * 128 * 2 * 2;
    expect(channelsPerGroup).toBe(8);
    expect(kvGBps[1]).toBeCloseTo(bytes / (groupLatencyNs[1] ?? 0), 6);
    // W over GB/s is nJ a byte. The peak is that of long contexts.
    const longPj = (1000 * peakWatts * groups * channelsPerGroup) / gemvGBps;
    expect((kvPjPerByte[1] ?? 0) / longPj).toBeGreaterThan(0.9);
    expect((kvPjPerByte[1] ?? 0) / longPj).toBeLessThan(1.25);
  }
});

test("the table has a row for each device at each context, the chart a line for each, and JSON what pim show has", () => {
  const [, , ...parts] = pimComparisonResult(name, compared);
  const table = parts.find((part) => typeof part === "object" && "rows" in part);
  expect(table && "rows" in table && table.rows.map(([context, device]) => [context, device])).toEqual([
    ["context", "device"],
    ...["512", "2048"].flatMap((context) => compared.map(({ device }) => [context, device])),
  ]);
  const plot = pimComparisonPlot(name, compared);
  for (const { device } of compared) expect(plot).toContain(`>${device}</text>`);
  const { devices } = pimComparisonJson(name, "RTXPRO6000", compared) as { devices: { name: string }[] };
  expect(devices.map((entry) => entry.name)).toEqual(compared.map(({ device }) => device));
});
