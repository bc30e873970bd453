import { describe, expect, test } from "vitest";
import { ChannelGroups } from "./channel-groups.js";
import { emptyBlockTable } from "./kv-cache.js";

describe("placement", () => {
  const chain = Float64Array.of(11, 12, 13);

  /** Computes the first `blocks` blocks of `chain` on a group; they stay in use. */
  function compute(groups: ChannelGroups, group: number, blocks: number): void {
    const cache = groups.caches[group]!;
    const table = emptyBlockTable();
    cache.grow(table, blocks * 4);
    cache.cacheFull(table, chain, blocks * 4);
  }
  const place = (groups: ChannelGroups, tokens: number, hashes: Float64Array | null = chain) =>
    groups.place(hashes, tokens, () => tokens);

  test("prefers the longest prefix hit, however loaded its group is", () => {
    const groups = new ChannelGroups(3, 10, 4, true);
    compute(groups, 1, 1);
    compute(groups, 2, 2);
    groups.load.set([0, 0, 999]);
    expect(place(groups, 20)).toEqual({ group: 2, hits: 2 });
  });

  test("passes over a hit whose group has no room", () => {
    const groups = new ChannelGroups(3, 3, 4, true);
    compute(groups, 1, 1);
    compute(groups, 2, 2);
    expect(place(groups, 12)).toEqual({ group: 2, hits: 2 });
    groups.caches[2]!.pool.allocate();
    expect(place(groups, 12)).toEqual({ group: 1, hits: 1 });
    groups.caches[1]!.pool.allocate();
    expect(place(groups, 12)).toEqual({ group: 0, hits: 0 });
    groups.caches[0]!.pool.allocate();
    expect(place(groups, 12)).toBeUndefined();
  });

  test("takes the least load among equal hits, then the lowest number", () => {
    const groups = new ChannelGroups(4, 10, 4, true);
    groups.load.set([7, 5, 5, 6]);
    expect(place(groups, 8, null)).toEqual({ group: 1, hits: 0 });
  });

  test("counts a hit only inside its group", () => {
    const groups = new ChannelGroups(2, 3, 4, true);
    compute(groups, 1, 2);
    const hitTokens: number[] = [];
    groups.place(chain, 12, (tokens) => {
      hitTokens.push(tokens);
      return 12;
    });
    expect(hitTokens).toEqual([0, 8]);
  });
});
