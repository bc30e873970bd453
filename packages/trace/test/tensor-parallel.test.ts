/**
 * @module
 * Iterations on several GPUs: what they add up, in which orders that can be hidden, and how it is written down.
 */
import { outLayers } from "@tandem-sim/hardware";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createPlayed,
  crossed,
  Division,
  fillTable,
  foldTable,
  type IssueOrder,
  inTurn,
  issueOrders,
  Player,
  parseText,
  partByPart,
  replayText,
  SplitWorkspace,
  splits,
  toText,
} from "../src/index.js";
import { architecture, batchOf, collective, costsOf, gpu, model, situations, tableFor } from "./fake-costs.js";
import { iterationOf, tableOf } from "./iterations.js";

const GPUS = 2;

describe("the cost of a batch on two GPUs", () => {
  const costs = costsOf("none", 0, GPUS);
  const batch = batchOf([
    { tokens: 8, context: 0 },
    { tokens: 1, context: 40 },
  ]);
  const table = tableFor(costs, 1);
  fillTable(table, batch, null, costs);
  const { post, shared } = table.graph.of[0]!;
  const nsOf = (stage: number): number => table.ns[table.offset[stage]!]!;

  test("has the output projection apart from the MLP: together they are what they are on one", () => {
    expect(nsOf(shared!.out)).toBe(1000 + 7 * 9);
    expect(nsOf(shared!.out) + nsOf(post)).toBe(gpu.postNs(9));
  });

  test("has an all-reduce of its tokens' activations behind each, and the bytes that cross links for it", () => {
    for (const stage of [shared!.reduceOut, shared!.reducePost]) {
      expect(nsOf(stage)).toBe(collective.allReduceNs(9 * 128));
      expect(table.bytes[stage]).toBe(2 * 9 * 128);
    }
  });

  test("is undivided the sum of its parts: dense layers, attention, and two all-reduces a layer", () => {
    const played = createPlayed(table.graph);
    new Player(table.graph).play(table, played);
    const layerNs = gpu.preNs(9) + gpu.postNs(9) + gpu.attentionNs(8, 0, 1, 40, 40, 40) + 2 * (400 + 9 * 128);
    expect(played.latencyNs).toBe(gpu.prologueNs(9) + 3 * layerNs + gpu.headNs(9, 2) + 2 * costs.hostNs(9));
  });
});

test("a batch divided without a cut folds back to the undivided one, all-reduces included", () => {
  fc.assert(
    fc.property(situations, ({ phase, groups, entries }) => {
      const costs = costsOf(phase, groups, GPUS);
      const batch = batchOf(entries);
      const division = new Division(2);
      const parts = tableFor(costs, 2);
      if (!splits.tokens(batch, division, new SplitWorkspace(costs, parts.graph))) return;
      fillTable(parts, batch, division, costs);
      const [folded, whole] = [tableFor(costs, 1), tableFor(costs, 1)];
      foldTable(folded, parts, costs);
      fillTable(whole, batch, null, costs);
      expect([folded.ns, folded.bytes]).toEqual([whole.ns, whole.bytes]);
    }),
  );
});

describe("of two sub-batches", () => {
  /** ns of a layer in the steady state. */
  function cycleNs(order: IssueOrder, at: { reduceNs: number; pimNs: number }): number {
    const half = {
      preNs: 100,
      outNs: 100,
      postNs: 800,
      reduceNs: at.reduceNs,
      upNs: 1,
      downNs: 1,
      groupNs: [at.pimNs],
    };
    const latencyNs = (layers: number): number => {
      const table = tableOf(iterationOf(layers, 1, [half, half], order));
      const played = createPlayed(table.graph);
      new Player(table.graph).play(table, played);
      return played.latencyNs;
    };
    return (latencyNs(80) - latencyNs(40)) / 40;
  }
  const cycles = (at: { reduceNs: number; pimNs: number }) => issueOrders.map((order) => cycleNs(order, at));

  test("in turn, all four all-reduces of a layer are waited for", () => {
    expect(cycleNs(inTurn, { reduceNs: 70, pimNs: 100 })).toBe(2000 + 4 * 70);
  });

  test("crossed, all-reduces no longer than a projection cost nothing, nor does attention as long as an MLP", () => {
    expect(cycleNs(crossed, { reduceNs: 70, pimNs: 700 })).toBe(2000);
  });

  test("long attention is hidden in turn only", () => {
    const [turn, cross, parts] = cycles({ reduceNs: 70, pimNs: 1200 });
    expect(turn).toBe(2 * 1200);
    expect(cross).toBeGreaterThan(2 * 1200);
    expect(parts).toBeGreaterThan(2 * 1200);
  });

  test("long all-reduces are hidden best part by part", () => {
    const [turn, cross, parts] = cycles({ reduceNs: 600, pimNs: 50 });
    expect(turn).toBe(2000 + 4 * 600);
    expect(parts).toBeLessThan(cross!);
    expect(cross).toBeLessThan(turn!);
  });
});

describe("a text trace", () => {
  const orders = fc.constantFrom(null, ...issueOrders);
  const rule = fc.constantFrom(...(Object.keys(splits) as (keyof typeof splits)[]));

  test("of any batch, whole or in any order, replays to its latency", () => {
    fc.assert(
      fc.property(situations, rule, orders, ({ phase, groups, entries }, name, order) => {
        const costs = costsOf(phase, groups, GPUS);
        const batch = batchOf(entries);
        const candidate = new Division(2);
        const division =
          order && splits[name](batch, candidate, new SplitWorkspace(costs, tableFor(costs, 2).graph))
            ? candidate
            : null;
        const table = division ? tableFor(costs, 2, order ?? inTurn) : tableFor(costs, 1);
        fillTable(table, batch, division, costs);
        const played = createPlayed(table.graph);
        new Player(table.graph).play(table, played);
        const sizes = { model, architecture, elementBytes: 2, kvElementBytes: 2 };
        const text = toText({ ...sizes, costs, batch, division, table, node: 0 });
        expect(replayText(parseText(text, "trace"))).toBe(played.latencyNs);
      }),
      { numRuns: 200 },
    );
  });

  test("has a row for each all-reduce, with its time, its kind and what it adds up, between the layers that it is between", () => {
    const costs = costsOf("none", 0, GPUS);
    const batch = batchOf([{ tokens: 5, context: 0 }]);
    const table = tableFor(costs, 1);
    fillTable(table, batch, null, costs);
    const sizes = { model, architecture, elementBytes: 2, kvElementBytes: 2 };
    const rows = parseText(toText({ ...sizes, costs, batch, division: null, table, node: 0 }), "trace");
    const layer = rows.slice(architecture.prologue.length, -3).map(({ name }) => name.replace(/_\d+$/, ""));
    const mlp = architecture.post.slice(outLayers(architecture).length);
    expect(layer.slice(0, layer.length / 3)).toEqual([
      ...architecture.pre,
      "attention",
      "o_proj",
      "allreduce",
      ...mlp,
      "allreduce",
    ]);
    const reduces = rows.filter(({ commType }) => commType !== "NONE");
    expect(reduces).toHaveLength(2 * 3);
    for (const { name, compTimeNs, commType, commBytes, inputLocation } of reduces) {
      expect(name).toMatch(/^allreduce_\d+$/);
      expect([compTimeNs, commType, commBytes, inputLocation]).toEqual([400 + 5 * 128, "ALLREDUCE", 5 * 128, "LOCAL"]);
    }
  });
});

test("one layer is issued in every order as well", () => {
  for (const order of [inTurn, crossed, partByPart]) {
    const half = {
      prologueNs: 1,
      preNs: 10,
      outNs: 5,
      postNs: 20,
      headNs: 2,
      reduceNs: 3,
      upNs: 1,
      groupNs: [7],
      downNs: 1,
    };
    const table = tableOf(iterationOf(1, 1, [half, half], order));
    const played = createPlayed(table.graph);
    new Player(table.graph).play(table, played);
    expect(played.coveredNs[table.graph.on.gpu]).toBe(2 * 38);
    expect(played.coveredNs[table.graph.on.collective!]).toBe(4 * 3);
  }
});
