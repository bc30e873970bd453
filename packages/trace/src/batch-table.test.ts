import type { Batch } from "@tandem-sim/scheduler";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { architecture, batchOf, costsIn, costsOf, gpu, link, pim, situations, tableFor } from "../test/fake-costs.js";
import { type BatchTable, fillTable, foldTable } from "./batch-table.js";
import type { IterationCosts } from "./costs.js";
import { Division } from "./division.js";
import { SplitWorkspace, splits } from "./splits/index.js";
import { ABSENT } from "./stage-table.js";

function filled(batch: Batch, division: Division | null, costs: IterationCosts): BatchTable {
  const table = tableFor(costs, division?.count ?? 1);
  fillTable(table, batch, division, costs);
  return table;
}

/** What a table says of one sub-batch, by the names of its stages. */
function told(table: BatchTable, subBatch = 0) {
  const { prologue, pre, attention, post, head, offload } = table.graph.of[subBatch]!;
  const ns = (stage: number): number => table.ns[table.offset[stage]!]!;
  const moved = (stage: number | undefined) => (stage === undefined ? null : table.bytes[stage]!);
  return {
    tokens: table.tokens[subBatch],
    sequences: table.sequences[subBatch],
    prologueNs: ns(prologue),
    preNs: ns(pre),
    postNs: ns(post),
    headNs: ns(head),
    gpuAttentionNs: ns(attention),
    upNs: offload?.link ? ns(offload.link.up) : null,
    downNs: offload?.link ? ns(offload.link.down) : null,
    upBytes: moved(offload?.link?.up),
    downBytes: moved(offload?.link?.down),
    fetchBytes: moved(offload?.link?.fetch),
    groupNs: offload ? [...table.ns.subarray(table.offset[offload.pim], table.offset[offload.pim + 1])] : [],
    pimPj: offload ? table.pj[offload.pim] : 0,
  };
}

describe("the cost of an undivided batch", () => {
  const entries = [
    { tokens: 8, context: 16, group: 1, hits: 16 },
    { tokens: 1, context: 100, group: 0 },
    { tokens: 1, context: 300, group: 1 },
    { tokens: 1, context: 205, group: 1 },
  ];

  test("counts dense layers by tokens, the head by sequences, token ids both ways", () => {
    const costed = told(filled(batchOf(entries), null, costsOf("none", 0)));
    expect(costed).toMatchObject({
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
    const costed = told(filled(batchOf(entries), null, costsOf("none", 0)));
    expect(costed.gpuAttentionNs).toBe(gpu.attentionNs(8, 16, 3, 201, 300, 100));
    expect(costed.groupNs).toEqual([]);
  });

  test("has prefills and decodes in one kernel on the GPU, or in one for each", () => {
    const separate = { ...costsOf("none", 0), separateAttention: true };
    expect(told(filled(batchOf(entries), null, separate)).gpuAttentionNs).toBe(
      gpu.attentionNs(8, 16, 0, 0, 0, 0) + gpu.attentionNs(0, 0, 3, 201, 300, 100),
    );
    const decodes = batchOf(entries.slice(1));
    expect(told(filled(decodes, null, separate)).gpuAttentionNs).toBe(
      told(filled(decodes, null, costsOf("none", 0))).gpuAttentionNs,
    );
  });

  test("in phase all has all attention and all appends on the requests' groups, none on the GPU", () => {
    const costed = told(filled(batchOf(entries), null, costsOf("all", 2)));
    expect(costed.gpuAttentionNs).toBe(ABSENT);
    expect(costed.groupNs).toEqual([
      pim.decodeNs(101) + 50,
      pim.prefillNs(16, 8) + 8 * 50 + pim.decodeNs(301) + 50 + pim.decodeNs(206) + 50,
    ]);
    expect([costed.upBytes, costed.downBytes, costed.fetchBytes]).toEqual([11 * 192, 11 * 128, 0]);
    expect([costed.upNs, costed.downNs]).toEqual([link.transferNs(11 * 192), link.transferNs(11 * 128)]);
  });

  test("in phase decode has prefills on the GPU: K and V go up, a prefix hit comes down, only decodes return", () => {
    const costed = told(filled(batchOf(entries), null, costsOf("decode", 2)));
    expect(costed.gpuAttentionNs).toBe(gpu.attentionNs(8, 16, 0, 0, 0, 0));
    expect(costed.groupNs).toEqual([pim.decodeNs(101) + 50, 8 * 50 + pim.decodeNs(301) + 50 + pim.decodeNs(206) + 50]);
    expect([costed.upBytes, costed.downBytes, costed.fetchBytes]).toEqual([3 * 192 + 8 * 64, 3 * 128, 16 * 64]);
  });

  test("has the energy of attention and appends on all channels of the group", () => {
    const costed = told(filled(batchOf([{ tokens: 1, context: 9, group: 0 }]), null, costsOf("all", 1)));
    expect(costed.pimPj).toBe(4 * (10 * pim.decodeNs(10) + 7));
  });

  test("in phase decode goes by the request's phase, not by its tokens: a one-token chunk is a prefill", () => {
    const batch = batchOf([{ tokens: 1, context: 31, prefill: true, group: 0 }]);
    const costed = told(filled(batch, null, costsOf("decode", 1)));
    expect(costed.gpuAttentionNs).toBe(gpu.attentionNs(1, 31, 0, 0, 0, 0));
    expect([costed.downNs, costed.groupNs[0]]).toEqual([ABSENT, 50]);
  });

  test("on the GPU goes by tokens: a one-token chunk is a decode", () => {
    const batch = batchOf([{ tokens: 1, context: 31, prefill: true }]);
    expect(told(filled(batch, null, costsOf("none", 0))).gpuAttentionNs).toBe(gpu.attentionNs(0, 0, 1, 31, 31, 31));
  });
});

describe("a prefill that is cut", () => {
  const batch = batchOf([{ tokens: 10, context: 32, group: 0, hits: 32 }]);
  const cut = new Division(2);
  cut.clear(1);
  cut.cutIndex = 0;
  cut.cutEnds.set([4, 10]);

  test("has its earlier tokens in sub-batch 1, the later ones behind them in sub-batch 2", () => {
    expect([0, 1].map((s) => [cut.tokensOf(batch, 0, s), cut.contextOf(batch, 0, s)])).toEqual([
      [4, 32],
      [6, 36],
    ]);
  });

  test("yields logits with its last part only", () => {
    const table = filled(batch, cut, costsOf("all", 1));
    expect([...table.sequences]).toEqual([0, 1]);
    expect(told(table, 0).headNs).toBe(ABSENT);
    expect(told(table, 1).headNs).toBeGreaterThan(0);
  });

  test("brings its prefix hit down once, with the earlier tokens", () => {
    const table = filled(batch, cut, costsOf("decode", 1));
    expect([told(table, 0).fetchBytes, told(table, 1).fetchBytes]).toEqual([32 * 64, 0]);
  });

  test("may be cut in three", () => {
    const thirds = new Division(3);
    thirds.clear(1);
    thirds.cutIndex = 0;
    thirds.cutEnds.set([2, 5, 10]);
    const table = filled(batch, thirds, costsOf("all", 1));
    expect([...table.tokens]).toEqual([2, 3, 5]);
    expect([...table.sequences]).toEqual([0, 0, 1]);
  });
});

const count = (value: number): number => (value === ABSENT ? 0 : value);

test("invariant 5: whichever way a batch is divided, its PIM work, its bytes and its tokens are those of the whole", () => {
  fc.assert(
    fc.property(
      situations,
      fc.constantFrom("tokens", "requests", "cost", "chunk" as const),
      fc.constantFrom(2, 3),
      (situation, rule, subBatches) => {
        const { groups, entries } = situation;
        const costs = costsIn(situation);
        const batch = batchOf(entries);
        const division = new Division(subBatches);
        const workspace = new SplitWorkspace(costs, tableFor(costs, subBatches).graph);
        const whole = told(filled(batch, null, costs));
        if (!splits[rule](batch, division, workspace)) return;
        const table = filled(batch, division, costs);
        const parts = Array.from({ length: subBatches }, (_, s) => told(table, s));
        for (let g = 0; g < groups; g++)
          expect(parts.reduce((sum, { groupNs }) => sum + count(groupNs[g]!), 0)).toBe(count(whole.groupNs[g]!));
        for (const what of ["tokens", "sequences", "upBytes", "downBytes", "fetchBytes", "pimPj"] as const) {
          expect(parts.reduce((sum, part) => sum + (part[what] ?? 0), 0)).toBe(whole[what] ?? 0);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a batch divided without a cut folds back to the undivided one", () => {
  fc.assert(
    fc.property(situations, fc.constantFrom(2, 3), (situation, subBatches) => {
      const costs = costsIn(situation);
      const batch = batchOf(situation.entries);
      const division = new Division(subBatches);
      const parts = tableFor(costs, subBatches);
      if (!splits.tokens(batch, division, new SplitWorkspace(costs, parts.graph))) return;
      fillTable(parts, batch, division, costs);
      const whole = tableFor(costs, 1);
      foldTable(whole, parts, costs);
      expect(told(whole)).toEqual(told(filled(batch, null, costs)));
    }),
  );
});

test("a table filled anew forgets the batch before", () => {
  fc.assert(
    fc.property(situations, situations, (before, now) => {
      fc.pre(before.groups === now.groups && before.phase === now.phase && before.stripeTokens === now.stripeTokens);
      const costs = costsIn(now);
      const table = tableFor(costs, 1);
      fillTable(table, batchOf(before.entries), null, costs);
      fillTable(table, batchOf(now.entries), null, costs);
      expect(told(table)).toEqual(told(filled(batchOf(now.entries), null, costs)));
    }),
  );
});
