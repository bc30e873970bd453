import { describe, expect, test } from "vitest";
import { byTime, noTimes } from "../test/serving.js";
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
    const groups = new ChannelGroups(3, 10, 4, true, byTime({ decode: () => 0, prefill: (_context, tokens) => 10 * tokens }));
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
