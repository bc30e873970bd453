import type { PimDevice } from "@tandem-sim/schemas";
import { findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PimShape } from "./attention.js";
import { pimCommandEnergy, pimIdleWatts } from "./command-energy.js";
import { createPimCosts } from "./costs.js";
import { createPimEnergy } from "./energy.js";
import { derivePimTiming } from "./timing.js";

const measured = ["LPDDR4X_2GB_4266_pim", "DDR4_8GB_3200_pim", "LPDDR5_2GB_6400_pim", "HBM2_1GB_2000_pim"] as const;
const bundled = [...measured, "DDR5_8GB_4800_pim", "HBM3_512MB_6400_pim"] as const;

const load = (name: string): PimDevice => readPimDevice(findPimFile(name));
const withoutPowers = (device: PimDevice): PimDevice => ({ ...device, other: { data_rate: device.other.data_rate } });
/** All heads of one layer of Llama-3.1-8B. */
const llama: PimShape = { heads: 32, kvHeads: 8, headDim: 128, elementBytes: 2, share: 1 };

describe.each(measured)("%s, idle_power and peak_power against its currents", (name) => {
  const device = load(name);
  const timing = derivePimTiming(device);
  const bare = withoutPowers(device);

  it("standby and refresh are idle_power within 2.01%", () => {
    expect(Math.abs(pimIdleWatts(bare, timing) / pimIdleWatts(device, timing) - 1)).toBeLessThan(0.0201);
    expect(pimIdleWatts(device, timing)).toBe((device.other.idle_power as number) / 1000);
  });

  it.each([512, 1024, 2048, 8192])("a GEMV at context %i takes peak_power x latency within 30%%", (context) => {
    const { idleWatts, decodePj } = createPimEnergy(bare, timing, llama, 1);
    const ns = createPimCosts(timing, llama, 1).decodeNs(context);
    const averageMilliwatts = idleWatts * 1000 + decodePj(context) / ns;
    expect(Math.abs(averageMilliwatts / (device.other.peak_power as number) - 1)).toBeLessThan(0.3);
  });

  it("with peak_power, energy is what the channel draws above idle while it computes", () => {
    const energy = createPimEnergy(device, timing, llama, 1);
    const costs = createPimCosts(timing, llama, 1);
    const { idle_power = 0, peak_power = 0 } = device.other;
    expect(energy.decodePj(1024)).toBeCloseTo((peak_power - idle_power) * costs.decodeNs(1024), 0);
    expect(energy.appendPj(1000, 100)).toBeCloseTo((peak_power - idle_power) * costs.appendNs(1000, 100), 0);
    expect(energy.peakWatts).toBeCloseTo(peak_power / 1000, 9);
  });
});

describe("command energies, by hand", () => {
  it("DDR4-3200, four devices per rank", () => {
    const device = load("DDR4_8GB_3200_pim");
    const pj = pimCommandEnergy(device, derivePimTiming(device));
    expect(pj.activatePj).toBeCloseTo(1.2 * (95 * 74 - 56 * 52 - 37 * 22) * 0.63 * 4, 6);
    expect(pj.computePj).toBeCloseTo(4 * 1.2 * (302 - 56) * 4 * 0.63 * 4, 6);
    expect(pj.readResultPj).toBeCloseTo(pj.computePj / 4, 6);
    expect(pj.writeInputPj).toBeCloseTo(32 * 1.2 * (278 - 56) * 4 * 0.63 * 4, 6);
    expect(pj.refreshPj).toBeCloseTo(1.2 * (280 - 56) * 560 * 0.63 * 4, 6);
  });
});

describe.each(bundled)("%s, from currents", (name) => {
  const device = withoutPowers(load(name));
  const timing = derivePimTiming(device);

  it("prefill is the sum over its causal contexts, exactly", () => {
    const { decodePj, prefillPj } = createPimEnergy(device, timing, llama, 1);
    fc.assert(
      fc.property(fc.nat(3000), fc.integer({ min: 1, max: 300 }), fc.nat(299), (context, tokens, cut) => {
        let sum = 0;
        for (let l = context + 1; l <= context + tokens; l++) sum += decodePj(l);
        expect(prefillPj(context, tokens)).toBe(sum);
        const first = Math.min(cut, tokens);
        expect(prefillPj(context, first) + prefillPj(context + first, tokens - first)).toBe(sum);
      }),
      { numRuns: 30 },
    );
  });

  it("rows that serve several queries save activations, and no other energy", () => {
    const single = createPimEnergy(device, timing, llama, 1);
    const shared = createPimEnergy(device, timing, llama, 4);
    expect(shared.decodePj(1000)).toBe(single.decodePj(1000));
    expect(shared.prefillPj(900, 100)).toBeLessThan(single.prefillPj(900, 100));
    expect(shared.prefillPj(900, 100)).toBeGreaterThan(0.7 * single.prefillPj(900, 100));
  });

  it("a row serves no more queries than the chunk has", () => {
    const single = createPimEnergy(device, timing, llama, 1);
    const eight = createPimEnergy(device, timing, llama, 8);
    expect(eight.prefillPj(999, 1)).toBe(single.decodePj(1000));
    expect(eight.prefillPj(900, 11)).toBe(
      eight.prefillPj(900, 8) + createPimEnergy(device, timing, llama, 3).prefillPj(908, 3),
    );
  });

  it("appending one token costs the same wherever it lands", () => {
    const { appendPj } = createPimEnergy(device, timing, llama, 1);
    expect(new Set([0, 1, 1023, 1024, 5000].map((context) => appendPj(context, 1))).size).toBe(1);
  });

  it("a long attention draws peak_w, which is above idle_w", () => {
    const { idleWatts, peakWatts, decodePj } = createPimEnergy(device, timing, llama, 1);
    const ns = createPimCosts(timing, llama, 1).decodeNs(32768);
    expect(idleWatts + decodePj(32768) / ns / 1000).toBeCloseTo(peakWatts, 1);
    expect(peakWatts).toBeGreaterThan(2 * idleWatts);
  });
});
