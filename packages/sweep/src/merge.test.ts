import type { SweepRecord } from "@tandem-sim/schemas";
import { describe, expect, test } from "vitest";
import { journalText, line, parseJournal } from "./journal.js";
import { mergeShards, type ShardFile } from "./merge.js";
import { resultsCsv } from "./results-csv.js";
import { shardOf } from "./shard.js";

const records = Array.from(
  { length: 10 },
  (_, cell): SweepRecord => ({
    cell,
    key: `key ${cell}`,
    axes: { mode: "auto", n: cell },
    ...(cell === 4 ? { error: "does not fit, at all" } : { metrics: { makespan_ns: cell * 1e9, pim_busy: null } }),
  }),
);
const header = { manifest: "of these", version: "1.0.0", shard: 1, of: 4, cells: 10 };

/** Shards in the order in which their cells happened to end. */
const shard = (index: number, changes: Partial<typeof header> = {}): ShardFile => ({
  name: `shard ${index}`,
  text: [
    line({ ...header, shard: index, ...changes }),
    ...records
      .filter(({ cell }) => shardOf(cell, 4) === index)
      .reverse()
      .map(line),
  ].join(""),
});
const all = [1, 2, 3, 4].map((index) => shard(index));
const without = (index: number): ShardFile[] => all.filter(({ name }) => name !== `shard ${index}`);

describe("shards", () => {
  test("together are the sweep in one piece, byte for byte, whatever their order", () => {
    const merged = mergeShards([...all].reverse()).records;
    expect(journalText(null, merged)).toBe(journalText(null, records));
    expect(resultsCsv(merged)).toBe(resultsCsv(records));
  });

  test.each<[string, ShardFile[], RegExp]>([
    ["a missing one", without(3), /^shard 3 of 4 is missing \(found shard 1, shard 2, shard 4\)/],
    ["a doubled one", [...all, { ...shard(2), name: "copy" }], /^copy: shard 2\/4 is here twice, in shard 2 too/],
    [
      "a foreign one",
      [...without(3), shard(3, { manifest: "of others" })],
      /^shard 3: is of another sweep than shard 1/,
    ],
    [
      "one by another version",
      [...without(3), shard(3, { version: "1.1.0" })],
      /^shard 3: is by version 1\.1\.0, shard 1 by 1\.0\.0/,
    ],
    ["one of another count", [...without(3), shard(3, { of: 5 })], /^shard 3: is one of 5 shards, shard 1 is one of 4/],
    [
      "cells of another",
      [...without(3), { ...shard(4), name: "x", text: shard(4).text.replace('"shard":4', '"shard":3') }],
      /^x: cell 7 is not of shard 3\/4/,
    ],
    [
      "one that is not complete",
      [...without(2), { name: "short", text: `${shard(2).text.split("\n").slice(0, 2).join("\n")}\n` }],
      /^short: is not complete: cell 1, 5 is missing/,
    ],
    ["a whole sweep", [{ name: "whole", text: journalText(null, records) }], /^whole: is no shard/],
  ])("are refused by name: %s", (_, files, message) => {
    expect(() => mergeShards(files)).toThrow(message);
  });
});

describe("a journal", () => {
  test("loses the line that a killed process has not finished, and nothing else", () => {
    const text = journalText(header, records.slice(0, 3));
    for (let length = 0; length <= text.length; length++) {
      const { whole, records: kept } = parseJournal(text.slice(0, length), "r");
      expect(text.startsWith(whole) && (whole === "" || whole.endsWith("\n"))).toBe(true);
      expect(kept).toEqual(records.slice(0, Math.max(0, whole.split("\n").length - 2)));
    }
  });

  test("names the line that is broken", () => {
    expect(() => parseJournal(`${line(records[0] as SweepRecord)}{"cell":\n`, "r")).toThrow(/^r:2:1: /);
  });

  test("is CSV with a column for each axis and figure, empty where there is none", () => {
    const [head, ...rows] = resultsCsv(records).trim().split("\n");
    expect([head, rows[1], rows[4]]).toEqual([
      "cell,mode,n,makespan_ns,pim_busy,error",
      "1,auto,1,1000000000,,",
      '4,auto,4,,,"does not fit, at all"',
    ]);
  });
});
