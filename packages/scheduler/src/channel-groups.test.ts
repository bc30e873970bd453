import { describe, expect, test } from "vitest";
import { byTime, noTimes } from "../test/serving.js";
import { ChannelGroups } from "./channel-groups.js";
import { emptyBlockTable } from "./kv-cache.js";
import { placements } from "./placement/index.js";
import { neupimsEstimate } from "./placement/neupims.js";

describe("placement", () => {
  const chain = Int32Array.of(11, 12, 13);

  /** Computes the first `blocks` blocks of `chain` on a group; they stay in use. */
  function compute(groups: ChannelGroups, group: number, blocks: number): void {
    const cache = groups.caches[group]!;
    const table = emptyBlockTable();
    cache.grow(table, blocks * 4);
    cache.cacheFull(table, chain, blocks * 4);
  }
  const place = (groups: ChannelGroups, tokens: number, contents: Int32Array | null = chain) =>
    groups.place(contents, tokens, () => tokens);

  test("prefers the longest prefix hit, however loaded its group is", () => {
    const groups = new ChannelGroups(3, 10, 4, true, noTimes);
    compute(groups, 1, 1);
    compute(groups, 2, 2);
    groups.add(2, 999, 999);
    expect(place(groups, 20)).toEqual({ group: 2, hits: 2 });
  });

  test("passes over a hit whose group has no room", () => {
    const groups = new ChannelGroups(3, 3, 4, true, noTimes);
    compute(groups, 1, 1);
    compute(groups, 2, 2);
    expect(place(groups, 12)).toEqual({ group: 2, hits: 2 });
    groups.pools[2]!.allocate();
    expect(place(groups, 12)).toEqual({ group: 1, hits: 1 });
    groups.pools[1]!.allocate();
    expect(place(groups, 12)).toEqual({ group: 0, hits: 0 });
    groups.pools[0]!.allocate();
    expect(place(groups, 12)).toBeUndefined();
  });

  test("takes the fewest tokens among equal hits and times, then the lowest number", () => {
    const groups = new ChannelGroups(4, 10, 4, true, noTimes);
    [7, 5, 5, 6].forEach((tokens, group) => void groups.add(group, tokens, 0));
    expect(place(groups, 8, null)).toEqual({ group: 1, hits: 0 });
  });

  test("takes the least PIM time of the coming step before the fewest tokens", () => {
    const groups = new ChannelGroups(
      3,
      10,
      4,
      true,
      byTime({ decode: () => 0, prefill: (_context, tokens) => 10 * tokens }),
    );
    groups.add(0, 1, 300);
    groups.add(1, 50, 200);
    groups.add(2, 99, 100);
    expect(place(groups, 8, null)).toEqual({ group: 2, hits: 0 });
    // A prefill placed in this step counts until the next one begins.
    groups.addPrefill(2, 0, 15);
    expect(place(groups, 8, null)).toEqual({ group: 1, hits: 0 });
    groups.startStep();
    expect(place(groups, 8, null)).toEqual({ group: 2, hits: 0 });
  });

  test("counts a hit only inside its group", () => {
    const groups = new ChannelGroups(2, 3, 4, true, noTimes);
    compute(groups, 1, 2);
    const hitTokens: number[] = [];
    groups.place(chain, 12, (tokens) => {
      hitTokens.push(tokens);
      return 12;
    });
    expect(hitTokens).toEqual([0, 8]);
  });
});

describe("the placement neupims", () => {
  const gpt = { heads: 32, headDim: 128, rowElements: 512, banks: 32 };
  const byNeupims = placements.neupims({ timesNs: { decode: () => 0, prefill: () => 0 }, ...gpt });

  test("estimates q K^T and p V by row openings, of GPT3-7B on its HBM2", () => {
    // 8 rows of E = 4096 elements, 10 tiles of 32 tokens; 32 heads, 1 row, 4 tiles of the head dimension.
    expect(neupimsEstimate(gpt, 300)).toBe(8 * (100 + 10 * 184) + 32 * (100 + 4 * 184));
    expect(neupimsEstimate(gpt, 513)).toBe(8 * (100 + 17 * 184) + 32 * 2 * (100 + 4 * 184));
  });

  test("places the requests of a step longest first, and each keeps to its group as they are admitted in turn", () => {
    const groups = new ChannelGroups(2, 1000, 4, true, byNeupims);
    const lengths = [100, 2000, 1900, 150];
    const admit = (row: number): number => {
      const group = groups.place(null, lengths[row]!, () => lengths[row]!, row)!.group;
      groups.recount(group, 0, 0, lengths[row]!, lengths[row]!);
      return group;
    };
    groups.startStep();
    groups.plan(lengths.map((tokens, row) => ({ row, tokens })));
    expect([...groups.decodes]).toEqual([0, 0]);
    // 2000 to group 0, 1900 to 1, 150 to 1, which is still behind, 100 to 0.
    expect(lengths.map((_, row) => admit(row))).toEqual([0, 0, 1, 1]);
  });

  test("does not go by prefix hits, but takes those that its group has", () => {
    const groups = new ChannelGroups(2, 100, 4, true, byNeupims);
    const chain = Int32Array.of(11, 12, 13);
    for (const cache of [groups.caches[0]!, groups.caches[1]!]) {
      const table = emptyBlockTable();
      cache.grow(table, cache === groups.caches[1] ? 12 : 4);
      cache.cacheFull(table, chain, cache === groups.caches[1] ? 12 : 4);
    }
    expect(groups.place(chain, 20, () => 20)).toEqual({ group: 0, hits: 1 });
  });

  test("takes another group where the one that was planned has no room any more", () => {
    const groups = new ChannelGroups(2, 3, 4, true, byNeupims);
    groups.plan([{ row: 7, tokens: 12 }]);
    groups.pools[0]!.allocate();
    expect(groups.place(null, 12, () => 12, 7)).toEqual({ group: 1, hits: 0 });
  });
});

test("the placement tokens goes by tokens placed, whatever their time", () => {
  const timesNs = { decode: (context: number) => context, prefill: () => 0 };
  const groups = new ChannelGroups(
    2,
    100,
    4,
    true,
    placements.tokens({ timesNs, heads: 1, headDim: 1, rowElements: 1, banks: 1 }),
  );
  groups.recount(0, 0, 0, 50, 50);
  groups.recount(1, 0, 0, 60, 1);
  expect(groups.place(null, 8, () => 8)).toEqual({ group: 0, hits: 0 });
});
