import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { architecture, batchOf, costsOf, gpu, link, pim, situations } from "../test/fake-costs.js";
import { fillProgram } from "./fill-program.js";
import { createProgram, type HalfProgram, type Program } from "./program.js";
import { contextInHalf, Split, tokensInHalf } from "./split.js";
import { splits } from "./splits.js";

function programOf(
  ...[batch, split, costs]: Parameters<typeof fillProgram> extends [Program, ...infer Rest] ? Rest : never
): Program {
  const program = createProgram(costs.layers, costs.pim?.groups ?? 0);
  fillProgram(program, batch, split, costs);
  return program;
}

describe("the cost of an undivided batch", () => {
  const entries = [
    { tokens: 8, context: 16, group: 1, hits: 16 },
    { tokens: 1, context: 100, group: 0 },
    { tokens: 1, context: 300, group: 1 },
    { tokens: 1, context: 205, group: 1 },
  ];

  test("counts dense layers by tokens, the head by sequences, token ids both ways", () => {
    const [half] = programOf(batchOf(entries), null, costsOf("none", 0)).half;
    expect(half).toMatchObject({
      tokens: 11,
      sequences: 4,
      prologueNs: 20 + 11 + gpu.prologueNs(11),
      preNs: 3 * (1000 + 77),
      postNs: 5 * (1000 + 77),
      headNs: 1000 + 77 + 2 * (1000 + 28) + 20 + 11,
    });
    expect(architecture.pre).toHaveLength(3);
  });

  test("without offload has all attention on the GPU, decodes by the floor of their mean context", () => {
    const [half] = programOf(batchOf(entries), null, costsOf("none", 0)).half;
    expect(half.gpuAttentionNs).toBe(gpu.attentionNs(8, 16, 3, 201, 300, 100));
    expect([half.upNs, half.downNs, half.fetchNs]).toEqual([0, 0, 0]);
  });

  test("in phase all has all attention and all appends on the requests' groups, none on the GPU", () => {
    const [half] = programOf(batchOf(entries), null, costsOf("all", 2)).half;
    expect(half.gpuAttentionNs).toBe(0);
    expect(Array.from(half.groupNs)).toEqual([
      pim.decodeNs(101) + 50,
      pim.prefillNs(16, 8) + 8 * 50 + pim.decodeNs(301) + 50 + pim.decodeNs(206) + 50,
    ]);
    expect([half.upBytes, half.downBytes, half.fetchBytes]).toEqual([11 * 192, 11 * 128, 0]);
    expect([half.upNs, half.downNs]).toEqual([link.transferNs(11 * 192), link.transferNs(11 * 128)]);
  });

  test("in phase decode has prefills on the GPU: K and V go up, a prefix hit comes down, only decodes return", () => {
    const [half] = programOf(batchOf(entries), null, costsOf("decode", 2)).half;
    expect(half.gpuAttentionNs).toBe(gpu.attentionNs(8, 16, 0, 0, 0, 0));
    expect(Array.from(half.groupNs)).toEqual([
      pim.decodeNs(101) + 50,
      8 * 50 + pim.decodeNs(301) + 50 + pim.decodeNs(206) + 50,
    ]);
    expect([half.upBytes, half.downBytes, half.fetchBytes]).toEqual([3 * 192 + 8 * 64, 3 * 128, 16 * 64]);
  });

  test("has the energy of attention and appends on all channels of the group", () => {
    const [half] = programOf(batchOf([{ tokens: 1, context: 9, group: 0 }]), null, costsOf("all", 1)).half;
    expect(half.pimPj).toBe(4 * (10 * pim.decodeNs(10) + 7));
  });

  test("in phase decode goes by the request's phase, not by its tokens: a one-token chunk is a prefill", () => {
    const batch = batchOf([{ tokens: 1, context: 31, prefill: true, group: 0 }]);
    const [half] = programOf(batch, null, costsOf("decode", 1)).half;
    expect(half.gpuAttentionNs).toBe(gpu.attentionNs(1, 31, 0, 0, 0, 0));
    expect([half.downNs, half.groupNs[0]]).toEqual([0, 50]);
  });

  test("on the GPU goes by tokens: a one-token chunk is a decode", () => {
    const batch = batchOf([{ tokens: 1, context: 31, prefill: true }]);
    expect(programOf(batch, null, costsOf("none", 0)).half[0].gpuAttentionNs).toBe(
      gpu.attentionNs(0, 0, 1, 31, 31, 31),
    );
  });
});

describe("a prefill that is cut", () => {
  const batch = batchOf([{ tokens: 10, context: 32, group: 0, hits: 32 }]);
  const split = new Split();
  split.clear(1);
  split.cutIndex = 0;
  split.cutTokens = 4;

  test("has its earlier tokens in half 1, the later ones behind them in half 2", () => {
    expect([0, 1].map((h) => [tokensInHalf(batch, split, 0, h), contextInHalf(batch, split, 0, h)])).toEqual([
      [4, 32],
      [6, 36],
    ]);
  });

  test("yields logits in half 2 only", () => {
    const { half } = programOf(batch, split, costsOf("all", 1));
    expect([half[0].sequences, half[1].sequences]).toEqual([0, 1]);
    expect(half[0].headNs).toBe(0);
    expect(half[1].headNs).toBeGreaterThan(0);
  });

  test("brings its prefix hit down once, with the earlier tokens", () => {
    const { half } = programOf(batch, split, costsOf("decode", 1));
    expect([half[0].fetchBytes, half[1].fetchBytes]).toEqual([32 * 64, 0]);
  });
});

const total = (program: Program, value: (half: HalfProgram) => number): number =>
  value(program.half[0]) + (program.halves === 2 ? value(program.half[1]) : 0);

test("invariant 5: whichever way a batch is split, its PIM work, its bytes and its tokens are those of the whole", () => {
  fc.assert(
    fc.property(
      situations,
      fc.constantFrom("tokens", "requests", "cost", "chunk" as const),
      ({ phase, groups, entries }, rule) => {
        const costs = costsOf(phase, groups);
        const batch = batchOf(entries);
        const split = new Split();
        const whole = programOf(batch, null, costs);
        if (!splits[rule](batch, costs, split, createProgram(costs.layers, groups))) return;
        const halves = programOf(batch, split, costs);
        expect(halves.halves).toBe(2);
        for (let g = 0; g < groups; g++)
          expect(total(halves, (half) => half.groupNs[g]!)).toBe(whole.half[0].groupNs[g]);
        for (const what of ["tokens", "sequences", "upBytes", "downBytes", "fetchBytes", "pimPj"] as const) {
          expect(total(halves, (half) => half[what])).toBe(whole.half[0][what]);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a program filled anew forgets the batch before", () => {
  fc.assert(
    fc.property(situations, situations, (before, now) => {
      fc.pre(before.groups <= now.groups || now.phase === "none");
      const costs = costsOf(now.phase, now.groups);
      const program = createProgram(costs.layers, now.groups);
      const batch = batchOf(now.entries);
      if (before.groups === now.groups)
        fillProgram(program, batchOf(before.entries), null, costsOf(before.phase, before.groups));
      fillProgram(program, batch, null, costs);
      expect(program.half[0]).toEqual(programOf(batch, null, costs).half[0]);
    }),
  );
});
