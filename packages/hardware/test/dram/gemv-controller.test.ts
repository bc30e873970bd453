import type { PimDevice } from "@tandem-sim/schemas";
import { findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pimAppendNs } from "../../src/pim/append.js";
import { type PimShape, pimAttention } from "../../src/pim/attention.js";
import { derivePimTiming } from "../../src/pim/timing.js";
import { arbitraryDevice, refreshIsMinor } from "./arbitrary-device.js";
import { GemvController } from "./gemv-controller.js";

const bundled = [
  "LPDDR4X_2GB_4266_pim",
  "DDR4_8GB_3200_pim",
  "LPDDR5_2GB_6400_pim",
  "HBM2_1GB_2000_pim",
  "DDR5_8GB_4800_pim",
  "HBM3_512MB_6400_pim",
] as const;
const load = (name: string): PimDevice => readPimDevice(findPimFile(name));

/** All heads of Llama-3.1-8B, its share on one of eight channels, the same with rows shared, and with 8-bit KV. */
const shapes: Record<string, PimShape> = {
  "32 heads": { heads: 32, kvHeads: 8, headDim: 128, elementBytes: 2, share: 1 },
  "4 heads": { heads: 4, kvHeads: 1, headDim: 128, elementBytes: 2, share: 1 },
  "4 heads that share rows": { heads: 4, kvHeads: 1, headDim: 128, elementBytes: 2, share: 4 },
  "8 heads of 8-bit elements": { heads: 8, kvHeads: 1, headDim: 128, elementBytes: 1, share: 1 },
};
const contexts = [16, 64, 128, 200, 300, 512, 700, 1024, 2048, 4096];

const RUNS = Number(process.env.TANDEM_PROPERTY_RUNS ?? 25);

/** So many that where the last one is cut off is a twentieth of what refreshes cost at most. */
const REFRESHES = 20;

/** What the closed form may be off by: 5% from 512 tokens on, 10% below. */
const bar = (context: number): number => (context >= 512 ? 0.05 : 0.1);

/** Mean over attentions back to back until refreshes have come at every phase. */
function playedNs(device: PimDevice, shape: PimShape, context: number): number {
  const { ranks, refreshIntervalNs } = derivePimTiming(device);
  const controller = new GemvController(device);
  let sum = 0;
  let attentions = 0;
  for (; sum < (REFRESHES * refreshIntervalNs) / ranks; attentions++) sum += controller.attention(shape, context);
  return sum / attentions;
}

const errorOf = (device: PimDevice, shape: PimShape, context: number): number =>
  pimAttention(derivePimTiming(device), shape, context).totalNs / playedNs(device, shape, context) - 1;

describe.each(bundled)("%s: the closed form against the commands played one by one", (name) => {
  const device = load(name);
  const timing = derivePimTiming(device);

  it.each(Object.keys(shapes))("%s, within 5%% from 512 tokens on and 10%% below", (which) => {
    for (const context of contexts) {
      const error = errorOf(device, shapes[which], context);
      expect(Math.abs(error), `context ${context}: ${(error * 100).toFixed(1)}%`).toBeLessThan(bar(context));
    }
  });

  it("holds without refresh too", () => {
    for (const context of contexts) {
      const played = new GemvController(device, false).attention(shapes["32 heads"], context);
      const { totalNs, refreshNs } = pimAttention(timing, shapes["32 heads"], context);
      expect(Math.abs((totalNs - refreshNs) / played - 1), `context ${context}`).toBeLessThan(bar(context));
    }
  });

  it("counts the commands that are played", () => {
    const controller = new GemvController(device, false);
    controller.attention(shapes["32 heads"], 2048);
    const { ACT, COMP, READRES, GWRITE } = controller.channel.issued;
    const counted = pimAttention(timing, shapes["32 heads"], 2048);
    expect(COMP).toBe(counted.comps);
    expect(READRES).toBe(counted.drains);
    expect(GWRITE / 64).toBe(counted.inputs);
    expect(ACT).toBe(counted.rows * timing.banks + counted.inputs);
  });

  it("appending is never faster than played, by up to a third slower for single tokens, and no faster than the bus", () => {
    const shape = shapes["32 heads"];
    for (const tokens of [1, 2, 16, 100, 1000, 2000]) {
      const ns = pimAppendNs(timing, shape, 0, tokens);
      const played = new GemvController(device, false).append(shape, 0, tokens);
      expect(ns / played).toBeGreaterThan(1);
      expect(ns / played).toBeLessThan(tokens < 100 ? 1.3 : 1.1);
      expect((tokens * 2 * shape.kvHeads * shape.headDim * shape.elementBytes) / ns).toBeLessThan(timing.busGBps);
    }
  });
});

describe("on random timings", () => {
  it.each(["4 heads", "4 heads that share rows"])("%s, within the same bars", (which) => {
    const shape = shapes[which];
    fc.assert(
      fc.property(arbitraryDevice, fc.integer({ min: 16, max: 2000 }), (device, context) => {
        fc.pre(refreshIsMinor(device, shape));
        const error = errorOf(device, shape, context);
        expect(Math.abs(error), `${(error * 100).toFixed(1)}%`).toBeLessThan(bar(context));
      }),
      { numRuns: RUNS },
    );
  });
});
