import type { PimDevice } from "@tandem-sim/schemas";
import { TandemError } from "@tandem-sim/schemas";
import { findPimFile, readPimDevice } from "@tandem-sim/schemas/node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryDevice, refreshIsMinor } from "../../test/dram/arbitrary-device.js";
import { pimAppendNs } from "./append.js";
import { type PimShape, pimAttention, pimSlopeNs } from "./attention.js";
import { createPimCosts } from "./costs.js";
import { derivePimTiming } from "./timing.js";

const bundled = [
  "LPDDR4X_2GB_4266_pim",
  "DDR4_8GB_3200_pim",
  "LPDDR5_2GB_6400_pim",
  "HBM2_1GB_2000_pim",
  "DDR5_8GB_4800_pim",
  "HBM3_512MB_6400_pim",
] as const;

const load = (name: string): PimDevice => readPimDevice(findPimFile(name));
const llama: PimShape = { heads: 32, kvHeads: 8, headDim: 128, elementBytes: 2, share: 1 };

const anyShape = fc.record({
  heads: fc.constantFrom(1, 2, 4, 8, 32),
  kvHeads: fc.constant(1),
  headDim: fc.constantFrom(64, 96, 128, 160, 192, 256),
  elementBytes: fc.constantFrom(1, 2, 4),
  share: fc.constant(1),
});
const RUNS = Number(process.env.TANDEM_PROPERTY_RUNS ?? 1000);
const anyContext = fc.integer({ min: 1, max: 20_000 });

describe("what follows from a data sheet", () => {
  it("DDR4-3200: two ranks of eight banks, 25.6 GB/s, 8 GiB", () => {
    const timing = derivePimTiming(load("DDR4_8GB_3200_pim"));
    expect(timing).toMatchObject({ ranks: 2, banks: 16, devicesPerRank: 4, channelBytes: 8 * 2 ** 30, busGBps: 25.6 });
    expect(timing.readLatencyNs).toBeCloseTo(22 * 0.63, 9);
    // Read to precharge, precharge, to the eighth activation (tFAW, then three times tRRD_L), and to the first column.
    expect(timing.rowNs).toBeCloseTo((12 + 22 + (48 + 3 * 11) + 22) * 0.63, 9);
  });

  it("banks open by tRRD_S from group to group where tFAW leaves room", () => {
    const timing = derivePimTiming(load("DDR5_8GB_4800_pim"));
    expect(timing.rowNs).toBeCloseTo((18 + 39 + (8 * 3 * 12 + 7 * 8) + 39) * 0.416, 9);
  });

  it("a row takes no less than tRAS + tRP, its work included", () => {
    const device = load("DDR4_8GB_3200_pim");
    const slow = { ...device, timing: { ...device.timing, tRAS: 300 } };
    const { rowNs, columnNs, drainNs } = derivePimTiming(slow);
    expect(rowNs + columnNs + drainNs).toBeCloseTo((300 + 22) * 0.63, 9);
  });

  it("the bus moves two bits a clock where the file names no data rate", () => {
    const { data_rate: _, ...other } = load("HBM2_1GB_2000_pim").other;
    expect(derivePimTiming({ ...load("HBM2_1GB_2000_pim"), other }).busGBps).toBe(32);
  });
});

describe.each(bundled)("attention on %s", (name) => {
  const timing = derivePimTiming(load(name));

  it("costs the same for MHA and GQA of equal query heads, at share 1", () => {
    for (const context of [1, 100, 1024, 5000]) {
      const ns = pimAttention(timing, llama, context).totalNs;
      expect(pimAttention(timing, { ...llama, kvHeads: 32 }, context).totalNs).toBe(ns);
      expect(pimAttention(timing, { ...llama, kvHeads: 1 }, context).totalNs).toBe(ns);
    }
  });

  it("takes any head_dim from 64 to 256 and any element of 1 to 4 bytes", () => {
    for (const headDim of [64, 80, 96, 128, 192, 256]) {
      for (const elementBytes of [1, 2, 4]) {
        const parts = pimAttention(timing, { ...llama, headDim, elementBytes }, 1000);
        expect(parts.totalNs).toBeGreaterThan(1000);
        expect(Number.isInteger(parts.totalNs)).toBe(true);
        const { activationNs, computeNs, readOutNs, inputNs, refreshNs } = parts;
        expect(activationNs + computeNs + readOutNs + inputNs + refreshNs).toBeCloseTo(parts.totalNs, -1);
      }
    }
  });

  it("share divides row activations and nothing else that is busy", () => {
    const single = pimAttention(timing, llama, 4096);
    const shared = pimAttention(timing, { ...llama, share: 4 }, 4096);
    expect(shared.activationNs).toBeCloseTo(single.activationNs / 4, 6);
    expect(shared.computeNs).toBe(single.computeNs);
    expect(shared.readOutNs).toBe(single.readOutNs);
    expect(shared.totalNs).toBeLessThan(single.totalNs);
  });

  it("costs no less with a longer context, more heads, a larger head_dim or wider elements", () => {
    for (const context of [1, 33, 128, 129, 500, 512, 513, 1024, 1025, 4096, 4097]) {
      for (let headDim = 64; headDim <= 256; headDim += 16) {
        for (const elementBytes of [1, 2, 3, 4]) {
          const shape = { ...llama, headDim, elementBytes };
          const ns = pimAttention(timing, shape, context).totalNs;
          expect(pimAttention(timing, shape, context + 1).totalNs).toBeGreaterThanOrEqual(ns);
          expect(pimAttention(timing, { ...shape, heads: 33 }, context).totalNs).toBeGreaterThan(ns);
          expect(pimAttention(timing, { ...shape, headDim: headDim + 16 }, context).totalNs).toBeGreaterThanOrEqual(ns);
          expect(pimAttention(timing, { ...shape, elementBytes: elementBytes + 1 }, context).totalNs).toBeGreaterThan(
            ns,
          );
        }
      }
    }
  });

  it("is a straight line over whole tiles: the slope of long contexts", () => {
    const slope = pimSlopeNs(timing, llama);
    const far = createPimCosts(timing, llama, 1).decodeNs(2 ** 17) / 2 ** 17;
    expect(Math.abs(slope / far - 1)).toBeLessThan(0.001);
  });

  it("prefill is the sum over its causal contexts, wherever it is cut", () => {
    const costs = createPimCosts(timing, llama, 1);
    fc.assert(
      fc.property(fc.nat(3000), fc.integer({ min: 1, max: 300 }), fc.nat(300), (context, tokens, cut) => {
        let sum = 0;
        for (let l = context + 1; l <= context + tokens; l++) sum += costs.decodeNs(l);
        expect(costs.prefillNs(context, tokens)).toBe(sum);
        const first = Math.min(cut, tokens);
        expect(costs.prefillNs(context, first) + costs.prefillNs(context + first, tokens - first)).toBe(sum);
      }),
      { numRuns: 30 },
    );
  });

  it("appending one token takes the same wherever it lands, and longer for more tokens", () => {
    const costs = createPimCosts(timing, llama, 1);
    expect(
      new Set([0, 1, 511, 512, 1023, 1024, 4095].map((context) => pimAppendNs(timing, llama, context, 1))).size,
    ).toBe(1);
    for (let tokens = 1; tokens < 2000; tokens += 37) {
      expect(costs.appendNs(700, tokens + 37)).toBeGreaterThan(costs.appendNs(700, tokens));
    }
  });
});

describe("on any device", () => {
  /** Asserts that `grow` never makes attention cheaper. */
  const isMonotone = (grow: (shape: PimShape, context: number) => [PimShape, number]): void => {
    fc.assert(
      fc.property(arbitraryDevice, anyShape, anyContext, (device, shape, context) => {
        const timing = derivePimTiming(device);
        const [grown, longer] = grow(shape, context);
        expect(pimAttention(timing, grown, longer).totalNs).toBeGreaterThanOrEqual(
          pimAttention(timing, shape, context).totalNs,
        );
      }),
      { numRuns: RUNS },
    );
  };

  it("attention costs no less with a longer context", () => isMonotone((shape, context) => [shape, context + 1]));
  it("attention costs no less with more heads", () =>
    isMonotone((shape, context) => [{ ...shape, heads: shape.heads + 1 }, context]));
  it("attention costs no less with a larger head_dim", () =>
    isMonotone((shape, context) => [{ ...shape, headDim: shape.headDim + 16 }, context]));
  it("attention costs no less with wider elements", () =>
    isMonotone((shape, context) => [{ ...shape, elementBytes: shape.elementBytes * 2 }, context]));

  it("sharing a row among more queries never costs more", () => {
    fc.assert(
      fc.property(arbitraryDevice, anyShape, anyContext, (device, shape, context) => {
        fc.pre(refreshIsMinor(device, shape));
        const timing = derivePimTiming(device);
        const [one, two, four, eight] = [1, 2, 4, 8].map(
          (share) => pimAttention(timing, { ...shape, heads: 8, share }, context).totalNs,
        ) as [number, number, number, number];
        expect(two).toBeLessThanOrEqual(one);
        expect(four).toBeLessThanOrEqual(two);
        expect(eight).toBeLessThanOrEqual(four);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("queries per row", () => {
  const timing = derivePimTiming(load("DDR4_8GB_3200_pim"));

  it("make prefill cheaper and leave decode as it is", () => {
    const one = createPimCosts(timing, llama, 1);
    const eight = createPimCosts(timing, llama, 8);
    expect(eight.decodeNs(1000)).toBe(one.decodeNs(1000));
    expect(eight.prefillNs(0, 1000)).toBeLessThan(one.prefillNs(0, 1000));
  });

  it("serve no more queries than the chunk has: a chunk of one costs a decode, of three what three to a row cost", () => {
    const eight = createPimCosts(timing, llama, 8);
    expect(eight.prefillNs(999, 1)).toBe(eight.decodeNs(1000));
    expect(eight.prefillNs(1000, 3)).toBe(createPimCosts(timing, llama, 3).prefillNs(1000, 3));
  });

  it("leave the end of a chunk to itself: 19 queries are two rows of 8 and one of 3", () => {
    const eight = createPimCosts(timing, llama, 8);
    const parts = eight.prefillNs(500, 8) + eight.prefillNs(508, 8) + eight.prefillNs(516, 3);
    expect(eight.prefillNs(500, 19)).toBe(parts);
  });

  it("never make a longer chunk cheaper", () => {
    const eight = createPimCosts(timing, llama, 8);
    for (let tokens = 1; tokens < 200; tokens++) {
      expect(eight.prefillNs(700, tokens + 1)).toBeGreaterThan(eight.prefillNs(700, tokens));
    }
  });

  it("share beyond the query heads of a KV head is refused", () => {
    expect(() => createPimCosts(timing, { ...llama, share: 8 }, 1)).toThrow(TandemError);
    expect(() => createPimCosts(timing, { ...llama, share: 4 }, 1)).not.toThrow();
  });
});
