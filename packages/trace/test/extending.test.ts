/**
 * @module
 * A kind of resource that no source knows: a switch between a GPU and its PIM, which serves both ways, one transfer at a
 * time, and adds up what the channel groups send back. It is this graph and these durations; nothing else changes.
 */
import { describe, expect, test } from "vitest";
import {
  ABSENT,
  addUnitBusy,
  CyclePrediction,
  createPlayed,
  createStageTable,
  issued,
  Player,
  parseText,
  runsOf,
  type Stage,
  type StageGraph,
  type StageTable,
  sumOfKind,
  toText,
  unitOffsets,
} from "../src/index.js";
import { architecture, batchOf, costsOf, model } from "./fake-costs.js";

const GPU = 0;
const SWITCH = 1;
const PIM = 2;

/** Dense layers, over the switch, attention on three groups, their sum on the switch, and the next layer's dense layers. */
function switched(layers: number): StageGraph {
  const chain = (subBatch: number): Stage[] => {
    const [dense, cross, attend, reduce] = [0, 1, 2, 3].map((k) => 4 * subBatch + k);
    const stage = { subBatch, firstLayer: 1 };
    return [
      { ...stage, name: "dense", resource: GPU, after: [reduce] },
      { ...stage, name: "cross", resource: SWITCH, after: [dense] },
      { ...stage, name: "attend", resource: PIM, after: [cross] },
      { ...stage, name: "reduce", resource: SWITCH, after: [attend] },
    ];
  };
  const one = { units: 1, copies: 1, firstDevice: null };
  return {
    resources: [
      { name: "GPU", kind: "gpu", ...one, explainsIdle: true },
      { name: "switch", kind: "switch", ...one, explainsIdle: false },
      { name: "PIM", kind: "pim", units: 3, copies: 4, firstDevice: 8, explainsIdle: true },
    ],
    stages: [...chain(0), ...chain(1)],
    // Both cross before either comes back: on a resource that serves both ways the order is policy.
    segments: [{ order: [0, 1, 4, 5, 2, 3, 6, 7], repeat: layers }],
    subBatches: 2,
    layers,
  };
}

/** Sub-batch 1 has no work on the third group. */
function costed(layers: number): StageTable {
  const table = createStageTable(switched(layers));
  table.ns.set([4, 1, 6, 2, ABSENT, 1, 4, 1, 2, 5, 1, 1]);
  table.bytes.set([0, 30, 0, 20, 0, 3, 0, 2]);
  return table;
}

/**
 * The first layer by hand, a column per ns and a digit per sub-batch; every further layer is the same 12 ns later.
 *
 *     ns      0    5    10   15
 *     GPU     11112222....1111
 *     switch  ....1...2..1..2.
 *     PIM 0   .....11111122...
 *     PIM 1   .....11..22222..
 *     PIM 2   .........2......
 */
const firstLayer = [
  ["dense 1", 0, 0, 4],
  ["cross 1", 0, 4, 5],
  ["dense 2", 0, 4, 8],
  ["cross 2", 0, 8, 9],
  ["attend 1", 0, 5, 11],
  ["attend 1", 1, 5, 7],
  ["reduce 1", 0, 11, 12],
  ["attend 2", 0, 11, 13],
  ["attend 2", 1, 9, 14],
  ["attend 2", 2, 9, 10],
  ["reduce 2", 0, 14, 15],
] as const;

const CYCLE_NS = 12;
const LAYERS = 40;

describe("an iteration over a switch", () => {
  const table = costed(LAYERS);
  const { graph } = table;
  const played = createPlayed(graph);
  new Player(graph).play(table, played);

  test("is played run by run as worked out by hand", () => {
    const runs: [string, number, number, number, number][] = [];
    new Player(graph).play(table, createPlayed(graph), (stage, unit, layer, startNs, endNs) => {
      const { name, subBatch } = graph.stages[stage]!;
      runs.push([`${name} ${subBatch + 1}`, unit, layer, startNs, endNs]);
    });
    const expected = Array.from({ length: LAYERS }, (_, k) =>
      firstLayer.map(([name, unit, fromNs, toNs]) => [name, unit, k + 1, fromNs + k * CYCLE_NS, toNs + k * CYCLE_NS]),
    ).flat();
    expect(runs).toEqual(expected);
  });

  test("ends where the last sum ends, jumping over what repeats", () => {
    expect(played.latencyNs).toBe((LAYERS - 1) * CYCLE_NS + 15);
  });

  test("covers what runs, units beside each other once", () => {
    expect([...played.coveredNs]).toEqual([8 * LAYERS, 4 * LAYERS, 9 * LAYERS]);
    expect(sumOfKind(graph, "switch", played.coveredNs)).toBe(4 * LAYERS);
  });

  test("says what the GPU and PIM wait for: each other, and the switch", () => {
    const between = LAYERS - 1;
    expect([...played.waitNs]).toEqual(
      [
        // GPU from 8 to 12: attention until 11, then the sum.
        [0, between, 3 * between],
        // The switch does not explain its idle times.
        [0, 0, 0],
        // PIM from 0 to 5, then from 14 to 17 of each layer: dense layers, then the way over.
        [4 + 2 * between, LAYERS, 0],
      ].flat(),
    );
  });

  test("keeps each unit busy for its own load", () => {
    const unitAt = unitOffsets(graph);
    const busyNs = new Float64Array(5);
    addUnitBusy(table, runsOf(graph), unitAt, busyNs);
    expect([...busyNs]).toEqual([8, 4, 8, 7, 1].map((ns) => ns * LAYERS));
  });

  test("is predicted to take a sub-batch's round trip per layer", () => {
    expect(new CyclePrediction(graph, graph.segments[0]!.order).cycleNs(table)).toBe(CYCLE_NS);
  });
});

test("a text trace has a row for every run of a stage that it does not know, with its time and bytes", () => {
  const table = costed(2);
  const batch = batchOf([
    { tokens: 1, context: 1 },
    { tokens: 1, context: 1 },
  ]);
  const text = toText({
    model,
    architecture,
    elementBytes: 2,
    kvElementBytes: 2,
    costs: costsOf("none", 0),
    batch,
    division: null,
    table,
    node: 0,
  });
  const rows = parseText(text, "switched");
  const layer = [
    "dense 4 0",
    "cross 1 30",
    "dense 4 0",
    "cross 1 3",
    "attend 6 0",
    "reduce 1 20",
    "attend 5 0",
    "reduce 1 2",
  ];
  expect(rows.map((row) => `${row.name.replace(/_\d+$/, "")} ${row.compTimeNs} ${row.inputBytes}`)).toEqual([
    ...layer,
    ...layer,
  ]);
  expect([...issued(table)].map((run) => run.layer)).toEqual([...Array(8).fill(1), ...Array(8).fill(2)]);
});

test("a stage that an iteration does not have holds nobody up: without PIM work sums follow both ways over at once", () => {
  const table = costed(3);
  for (const attend of [2, 6]) table.ns.fill(ABSENT, table.offset[attend], table.offset[attend + 1]);
  const played = createPlayed(table.graph);
  new Player(table.graph).play(table, played);
  // Dense 0-4 and 4-8, over 4-5 and 8-9, sums 9-10 and 10-11; the next layer starts at 10.
  expect(played.latencyNs).toBe(2 * 10 + 11);
});
