import { layerSizes } from "@tandem-sim/hardware";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  architecture,
  batchOf,
  costsIn,
  type Entry,
  FIRST_CHANNEL,
  model,
  type Offload,
  PER_GROUP,
  type Situation,
  situations,
  tableFor,
} from "../../test/fake-costs.js";
import { fillTable } from "../batch-table.js";
import { Division } from "../division.js";
import { type SplitRule, SplitWorkspace, splits } from "../splits/index.js";
import { addUnitBusy } from "../stage-table.js";
import { runsOf, unitOffsets } from "../stages.js";
import { parseText } from "./parse-text.js";
import { replayText } from "./replay-text.js";
import type { TraceRow } from "./row.js";
import { type TraceSource, toText } from "./write-text.js";

const sourceOf = (list: readonly Entry[], phase: Offload, groups: number, rule: SplitRule | null): TraceSource =>
  sourceIn({ phase, groups, stripeTokens: 0, entries: [...list] }, rule);

function sourceIn(situation: Situation, rule: SplitRule | null): TraceSource {
  const costs = costsIn(situation);
  const batch = batchOf(situation.entries);
  const candidate = new Division(2);
  const workspace = new SplitWorkspace(costs, tableFor(costs, 2).graph);
  const division = rule?.(batch, candidate, workspace) ? candidate : null;
  const table = tableFor(costs, division ? 2 : 1);
  fillTable(table, batch, division, costs);
  return { model, architecture, elementBytes: 2, kvElementBytes: 2, costs, batch, division, table, node: 1 };
}

const isMarker = (row: TraceRow): boolean => row.name.startsWith("PIM ");
const layerOf = (row: TraceRow): string => row.name.replace(/_\d+$/, "");

/** Checks a claim about any iteration, whole and split. */
function always(claim: (source: TraceSource) => void): void {
  const rule = fc.constantFrom("whole", ...(Object.keys(splits) as (keyof typeof splits)[]));
  const property = fc.property(situations, rule, (situation, name) => {
    claim(sourceIn(situation, situation.phase === "none" || name === "whole" ? null : splits[name]));
  });
  fc.assert(property, { numRuns: 80 });
}

describe("the text of an iteration", () => {
  test("begins with the header, the number of rows and the column names", () => {
    const lines = toText(sourceOf([{ tokens: 4, context: 0 }], "none", 0, null)).split("\n");
    expect(lines[0]).toBe("COLOCATED\t\tmodel_parallel_NPU_group: 1");
    expect(Number(lines[1])).toBe(lines.length - 4);
    expect(lines[2]!.split(/\s+/)).toEqual(
      "Layername comp_time input_loc input_size weight_loc weight_size output_loc output_size comm_type comm_size misc".split(
        " ",
      ),
    );
    expect(lines.at(-1)).toBe("");
  });

  test("names the layers of the architecture in order, markers around PIM work, all numbered through", () => {
    const rows = parseText(toText(sourceOf([{ tokens: 1, context: 9, group: 0 }], "all", 1, null)), "t");
    const layer = [
      ...architecture.pre,
      "link_up",
      ...[0, 1, 2, 3].flatMap((c) => [`PIM ${FIRST_CHANNEL + c}`, "attention", "kv_append"]),
      "PIM END",
      "link_down",
      ...architecture.post,
    ];
    expect(rows.map((row) => (isMarker(row) ? row.name : layerOf(row)))).toEqual([
      ...architecture.prologue,
      ...layer,
      ...layer,
      ...layer,
      ...architecture.head.dense,
      ...architecture.head.perSequence,
    ]);
  });

  test("numbers every row, markers included, and counts them all", () => {
    always((source) => {
      const text = toText(source);
      const rows = parseText(text, "t");
      expect(rows).toHaveLength(Number(text.split("\n")[1]));
      expect(rows.filter((row, i) => !isMarker(row) && !row.name.endsWith(`_${i}`))).toEqual([]);
    });
  });

  test("carries BATCH_1 and BATCH_2 on every layer row of a divided batch, NONE on those of an undivided one", () => {
    always((source) => {
      const rows = parseText(toText(source), "t").filter((row) => !isMarker(row));
      expect([...new Set(rows.map((row) => row.misc))].sort()).toEqual(
        source.division ? ["BATCH_1", "BATCH_2"] : ["NONE"],
      );
    });
  });

  test("has every resource's work: GPU, links, each channel", () => {
    always((source) => {
      const { table, costs } = source;
      let onGpu = 0;
      const links = new Map<string, { ns: number; bytes: number }>();
      const channels = new Map<string, number>();
      let channel = "";
      for (const row of parseText(toText(source), "t")) {
        const layer = layerOf(row);
        if (isMarker(row)) channel = row.name === "PIM END" ? "" : row.name.slice(4);
        else if (channel !== "") {
          if (row.inputLocation !== `REMOTE:1.${channel}`) throw new Error(`${row.name} is not on channel ${channel}`);
          channels.set(channel, (channels.get(channel) ?? 0) + row.compTimeNs);
        } else if (layer.startsWith("link_")) {
          const so = links.get(layer) ?? { ns: 0, bytes: 0 };
          links.set(layer, { ns: so.ns + row.compTimeNs, bytes: so.bytes + row.inputBytes });
        } else onGpu += row.compTimeNs;
      }
      const { graph } = table;
      const units = unitOffsets(graph);
      const runs = runsOf(graph);
      const busyNs = new Float64Array(units.at(-1)!);
      addUnitBusy(table, runs, units, busyNs);
      expect(onGpu).toBe(busyNs[0]);
      for (const stage of ["up", "down", "fetch"]) {
        const own = graph.stages.flatMap(({ name }, s) => (name === stage ? [s] : []));
        expect(links.get(`link_${stage}`) ?? { ns: 0, bytes: 0 }).toEqual({
          ns: own.reduce((sum, s) => sum + runs[s]! * Math.max(0, table.ns[table.offset[s]!]!), 0),
          bytes: own.reduce((sum, s) => sum + runs[s]! * table.bytes[s]!, 0),
        });
      }
      for (let c = 0; c < (costs.pim?.channels ?? 0); c++) {
        const group = units[graph.resources.findIndex(({ kind }) => kind === "pim")]! + Math.floor(c / PER_GROUP);
        expect(channels.get(`${FIRST_CHANNEL + c}`) ?? 0).toBe(busyNs[group]);
      }
    });
  });
});

describe("where the data is", () => {
  const [decode, prefill]: Entry[] = [
    { tokens: 1, context: 99, group: 0 },
    { tokens: 8, context: 16, group: 0, hits: 16 },
  ];
  const rowsOf = (list: Entry[], phase: Offload, rule: SplitRule | null = null): TraceRow[] =>
    parseText(toText(sourceOf(list, phase, phase === "none" ? 0 : 1, rule)), "t");
  const named = (rows: TraceRow[], layer: string): TraceRow => rows.find((row) => layerOf(row) === layer)!;

  test("the first row loads from the host, the last one stores to it, dense layers stay local", () => {
    const rows = rowsOf([decode!, prefill!], "none");
    expect(rows[0]!.inputLocation).toBe("REMOTE:1");
    expect(rows.at(-1)!.outputLocation).toBe("REMOTE:1");
    const others = [
      ...rows.slice(1).map((row) => row.inputLocation),
      ...rows.slice(0, -1).map((row) => row.outputLocation),
    ];
    expect(new Set(others)).toEqual(new Set(["LOCAL"]));
    const { input, weight, output } = layerSizes(model, "qkv_proj", 9, 2);
    expect(named(rows, "qkv_proj")).toMatchObject({
      inputBytes: input,
      weightBytes: weight,
      outputBytes: output,
      commType: "NONE",
    });
  });

  test("transfers go from local to the node and back, PIM rows stay on their channel with its share of the heads", () => {
    const rows = rowsOf([decode!], "all");
    expect(named(rows, "link_up")).toMatchObject({
      inputLocation: "LOCAL",
      outputLocation: "REMOTE:1",
      inputBytes: 192,
    });
    expect(named(rows, "link_down")).toMatchObject({
      inputLocation: "REMOTE:1",
      outputLocation: "LOCAL",
      inputBytes: 128,
    });
    const at = `REMOTE:1.${FIRST_CHANNEL}`;
    expect(named(rows, "attention")).toMatchObject({
      inputLocation: at,
      outputLocation: at,
      inputBytes: 192 / PER_GROUP,
    });
    expect(named(rows, "kv_append")).toMatchObject({
      inputLocation: at,
      outputLocation: at,
      inputBytes: 64 / PER_GROUP,
    });
  });

  test("a prefix hit comes down in front of everything", () => {
    const [first] = rowsOf([prefill!], "decode");
    expect(first).toMatchObject({
      name: "link_fetch_0",
      inputLocation: "REMOTE:1",
      outputLocation: "LOCAL",
      inputBytes: 16 * 64,
    });
  });
});

describe("reading", () => {
  const good = toText(sourceOf([{ tokens: 4, context: 0 }], "none", 0, null));

  test("gives back every field", () => {
    const [embedding] = parseText(good, "t");
    const { input, weight, output } = layerSizes(model, "embedding", 4, 2);
    expect(embedding).toEqual({
      name: "embedding_0",
      compTimeNs: 1000 + 28 + 24,
      inputLocation: "REMOTE:1",
      inputBytes: input,
      weightLocation: "LOCAL",
      weightBytes: weight,
      outputLocation: "LOCAL",
      outputBytes: output,
      commType: "NONE",
      commBytes: 0,
      misc: "NONE",
    });
  });

  test.each([
    ["another file", () => "hello\n", /t:1: not a trace/],
    ["a row too few", () => good.replace(/\n[^\n]+\n$/, "\n"), /t:2: \d+ rows announced, \d+ found/],
    ["a row of ten fields", () => good.replace(/ NONE\s*\n$/, "\n"), /t:\d+: expected 11 fields, found 10/],
  ])("refuses %s and says where", (_, text, message) => {
    expect(() => parseText(text(), "t")).toThrow(message);
  });
});

describe("playing the rows again", () => {
  const row = (name: string, compTimeNs: number, misc = "NONE"): TraceRow => ({
    name,
    compTimeNs,
    inputLocation: "LOCAL",
    inputBytes: 0,
    weightLocation: "LOCAL",
    weightBytes: 0,
    outputLocation: "LOCAL",
    outputBytes: 0,
    commType: "NONE",
    commBytes: 0,
    misc,
  });

  test("adds up an undivided batch: GPU, up, the slower channel, down, GPU", () => {
    const rows = [
      row("pre_0", 100),
      row("link_up_1", 10),
      row("PIM 0", 0),
      row("attention_3", 50),
      row("kv_append_4", 5),
      row("PIM 1", 0),
      row("attention_6", 70),
      row("PIM END", 0),
      row("link_down_8", 20),
      row("post_9", 200),
    ];
    expect(replayText(rows)).toBe(100 + 10 + 70 + 20 + 200);
  });

  test("lets one sub-batch compute while the other is on PIM, in turn on every resource", () => {
    const subBatch = (tag: string, at: number): TraceRow[] => [
      row(`pre_${at}`, 100, tag),
      row(`link_up_${at + 1}`, 10, tag),
      row("PIM 0", 0),
      row(`attention_${at + 3}`, 150, tag),
      row("PIM END", 0),
      row(`link_down_${at + 5}`, 20, tag),
    ];
    const rows = [
      ...subBatch("BATCH_1", 0),
      ...subBatch("BATCH_2", 6),
      row("post_12", 40, "BATCH_1"),
      row("post_13", 40, "BATCH_2"),
    ];
    // Sub-batch 1 is on channel 0 until 260, sub-batch 2 from then until 410, down at 430.
    expect(replayText(rows)).toBe(430 + 40);
  });

  test("has GPU attention beside the PIM stage, behind the prefix hit that it needs", () => {
    const rows = [
      row("link_fetch_0", 500),
      row("pre_1", 100),
      row("attention_2", 30),
      row("link_up_3", 10),
      row("PIM 0", 0),
      row("kv_append_5", 20),
      row("PIM END", 0),
      row("post_7", 40),
    ];
    expect(replayText(rows)).toBe(500 + 30 + 40);
  });
});
