import { type ProfileRange, typicalErrors } from "@tandem-sim/hardware";
import { Batch } from "@tandem-sim/scheduler";
import { createBatchTable, createDecoderGraph, fillTable } from "@tandem-sim/trace";
import { describe, expect, test } from "vitest";
import { tinyPlan } from "../test/tiny-cluster.js";
import { GpuTime } from "./gpu-time.js";

const wide: ProfileRange = {
  tokens: 2048,
  sequences: 256,
  prefillChunk: 2048,
  kvPrefill: 8192,
  nDecode: 256,
  nDecodeMixed: 128,
  kvDecode: 8192,
};

const [{ costs } = { costs: null }] = tinyPlan().instances;
if (!costs) throw new Error("the tiny plan has an instance");
const gpuOnly = { ...costs, pim: null };

interface Shape {
  decodes?: number;
  context?: number;
  prompt?: number;
}

/** Adds an iteration of `ns` GPU time to a record. */
function add(time: GpuTime, { decodes = 0, context = 100, prompt = 0 }: Shape, ns: number): void {
  const batch = new Batch();
  const shared = { samples: true, group: -1, hits: 0, order: 0 };
  for (let i = 0; i < decodes; i++) batch.add({ row: i, tokens: 1, context, prefill: false, ...shared });
  if (prompt > 0) batch.add({ row: decodes, tokens: prompt, context: 0, prefill: true, ...shared });
  const table = createBatchTable(createDecoderGraph({ layers: 2, subBatches: 1, pim: null }));
  fillTable(table, batch, null, gpuOnly);
  time.add(batch, table, ns);
}

describe("GPU time", () => {
  test("is counted by what ran", () => {
    const time = new GpuTime("measured", wide, false);
    add(time, { decodes: 8 }, 10);
    add(time, { decodes: 8, prompt: 100 }, 20);
    add(time, { prompt: 100 }, 40);
    expect(time.ns).toEqual({ decode: 10, mixed: 20, prefill: 40 });
    expect(time.beyondNs).toEqual({ decode: 0, mixed: 0, prefill: 0 });
    expect(time.farthest).toBeNull();
    expect(time.typicalError).toBeCloseTo(typicalErrors.measured.decode, 12);
  });

  test.each<[Shape, string, number]>([
    [{ decodes: 320 }, "sequences", 1.25],
    [{ decodes: 192, prompt: 64 }, "nDecodeMixed", 1.5],
    [{ decodes: 1, context: 16384 }, "kvDecode", 2],
    [{ prompt: 6144 }, "tokens", 3],
  ])("of %j lies beyond what was measured by %s, %d times", (shape, axis, factor) => {
    const time = new GpuTime("measured", wide, false);
    add(time, shape, 5);
    expect(Object.values(time.beyondNs).reduce((a, b) => a + b)).toBe(5);
    expect(time.farthest).toEqual({ axis, factor });
  });

  test("on an axis of which nothing was measured counts as if one had been", () => {
    const time = new GpuTime("measured", { ...wide, nDecodeMixed: 0 }, false);
    add(time, { decodes: 3, prompt: 64 }, 5);
    expect(time.farthest).toEqual({ axis: "nDecodeMixed", factor: 3 });
  });

  test("of decodes beside a prompt that have a kernel of their own does not", () => {
    const time = new GpuTime("measured", wide, true);
    add(time, { decodes: 192, prompt: 64 }, 5);
    expect(time.farthest).toBeNull();
  });

  test("beyond what was measured is as uncertain as a spec sheet's", () => {
    const time = new GpuTime("measured", wide, false);
    add(time, { decodes: 8 }, 30);
    add(time, { decodes: 512 }, 10);
    const { measured, "spec sheet": sheet } = typicalErrors;
    expect(time.typicalError).toBeCloseTo(0.75 * measured.decode + 0.25 * sheet.decode, 12);
  });
});

test("the better a GPU is known, the less its times are off", () => {
  const tiers = ["measured", "calibrated", "partly calibrated", "spec sheet"] as const;
  for (const phase of ["decode", "mixed", "prefill"] as const) {
    const errors = tiers.map((tier) => typicalErrors[tier][phase]);
    expect(errors).toEqual([...errors].sort((a, b) => a - b));
  }
});
