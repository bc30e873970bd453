import type { PimDevice } from "@tandem-sim/schemas";
import { findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryDevice, refreshIsMinor } from "../../test/dram/arbitrary-device.js";
import { type PimShape, pimAttention } from "./attention.js";
import { pimCommandEnergy } from "./command-energy.js";
import { derivePimTiming } from "./timing.js";

const load = (name: string): PimDevice => readPimDevice(findPimFile(name));
const withKeys = (device: PimDevice, pim: PimDevice["pim"]): PimDevice => ({ ...device, pim });
/** NeuPIMs' HBM2: tCK 1, CL 14, tRCD 14, tRP 14, tRAS 34, tRTP 6, tFAW 30, tCCD 1/2, BL/2 2, two ranks of 16 banks. */
const neupims = load("HBM2_1GB_2000_neupims");
const oneBuffer = load("HBM2_1GB_2000_neupims_one_buffer");
const eightHeads: PimShape = { heads: 8, kvHeads: 8, headDim: 128, elementBytes: 2, share: 1 };

describe("each key of [pim], worked by hand for NeuPIMs' HBM2", () => {
  it("bytes_per_slot: a row of 1 KiB takes 32 slots of 32 bytes, where it took 64, each of twice the energy", () => {
    const narrow = withKeys(oneBuffer, { ...oneBuffer.pim, bytes_per_slot: 16 });
    const comps = (device: PimDevice) => pimAttention(derivePimTiming(device), eightHeads, 512).comps;
    // K: 16 tiles of 8 slots a head; V: 4 tiles of 32.
    expect(comps(oneBuffer)).toBe(8 * (16 * 8 + 4 * 32));
    expect(comps(narrow)).toBe(2 * comps(oneBuffer));
    const compPj = (device: PimDevice) => pimCommandEnergy(device, derivePimTiming(device)).computePj;
    expect(compPj(oneBuffer)).toBe(2 * compPj(narrow));
  });

  it("slot_cycles: clocks between slots, and none of ordinary writes", () => {
    expect(derivePimTiming(oneBuffer)).toMatchObject({ columnNs: 2, writeNs: 2 });
    expect(derivePimTiming(withKeys(oneBuffer, { slot_cycles: 6 }))).toMatchObject({ columnNs: 6, writeNs: 2 });
  });

  it("collect_ns: behind CL and the burst, or as much as three clocks or less, instead of them", () => {
    const drainNs = (collect_ns?: number) =>
      derivePimTiming(withKeys(oneBuffer, collect_ns === undefined ? {} : { collect_ns })).drainNs;
    expect(drainNs()).toBe(14 + 2 + 12);
    expect(drainNs(5)).toBe(14 + 2 + 5);
    expect(drainNs(2)).toBe(2);
  });

  it("composite commands open four banks each: four of them in a rank, tFAW apart", () => {
    // Read to precharge, 32 precharges, three times tFAW, tRCD.
    expect(derivePimTiming(oneBuffer).rowNs).toBe(6 + 32 + 90 + 14);
    // Else bank by bank: tRRD_L in a group of four, and four in tFAW.
    expect(derivePimTiming(withKeys(oneBuffer, {})).rowNs).toBe(6 + 32 + (3 * 30 + 3 * 6) + 14);
  });

  it("row_buffers: the last columns of a row are free, and an input vector opens its row beside them", () => {
    const [one, two] = [oneBuffer, neupims].map((device) => derivePimTiming(device));
    expect([one?.inputNs, two?.inputNs]).toEqual([6 + 14 + 14 + 32 * 3, 32 * 3]);
    const parts = [one, two].map((timing) => timing && pimAttention(timing, eightHeads, 512));
    // 32 rows of K with 8 slots of 2 ns behind, 32 rows of V with 32.
    expect((parts[0]?.activationNs ?? 0) - (parts[1]?.activationNs ?? 0)).toBe(32 * 8 * 2 + 32 * 32 * 2);
    expect(parts[0]?.computeNs).toBe(parts[1]?.computeNs);
  });

  it("input_ns: instead of what the data sheet gives", () => {
    expect(derivePimTiming(withKeys(oneBuffer, { input_ns: 0 })).inputNs).toBe(0);
  });
});

describe("on any device", () => {
  const shapes = fc.record({
    heads: fc.constantFrom(4, 8),
    kvHeads: fc.constant(1),
    headDim: fc.constantFrom(64, 128, 160),
    elementBytes: fc.constantFrom(1, 2),
    share: fc.constantFrom(1, 2, 4),
  });
  const contexts = fc.integer({ min: 1, max: 8000 });
  /** Asserts that attention with the keys of `faster` is never slower than with those of `slower`. */
  const isNoSlower = (faster: PimDevice["pim"], slower: PimDevice["pim"]): void => {
    fc.assert(
      fc.property(arbitraryDevice, shapes, contexts, (device, shape, context) => {
        fc.pre(refreshIsMinor(device, shape));
        const ns = (pim: PimDevice["pim"]) =>
          pimAttention(derivePimTiming(withKeys(device, pim)), shape, context).totalNs;
        expect(ns(faster)).toBeLessThanOrEqual(ns(slower));
      }),
      { numRuns: 300 },
    );
  };

  it("the defaults, written out, change nothing", () => {
    fc.assert(
      fc.property(arbitraryDevice, shapes, contexts, (device, shape, context) => {
        const { timing } = device;
        const slot_cycles = Math.max(device.dram_structure.BL / 2, timing.tCCD_S);
        const written = withKeys(device, { bytes_per_slot: 16, slot_cycles, collect_ns: 12, row_buffers: 1 });
        expect(derivePimTiming(written)).toEqual(derivePimTiming(device));
        expect(pimAttention(derivePimTiming(written), shape, context)).toEqual(
          pimAttention(derivePimTiming(device), shape, context),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("wider slots are never slower", () => isNoSlower({ bytes_per_slot: 32 }, { bytes_per_slot: 16 }));
  it("fewer clocks between slots are never slower", () => isNoSlower({ slot_cycles: 4 }, { slot_cycles: 6 }));
  it("a shorter read-out is never slower", () => isNoSlower({ collect_ns: 6 }, { collect_ns: 12 }));
  it("a second row buffer is never slower", () => isNoSlower({ row_buffers: 2 }, { row_buffers: 1 }));
  it("a second row buffer is never slower with composite commands", () =>
    isNoSlower({ collect_ns: 0.5, row_buffers: 2 }, { collect_ns: 0.5, row_buffers: 1 }));
});
