import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { createPlayer } from "./create-player.js";
import { createDecoderGraph, type DecoderShape } from "./decoder-graph.js";
import { createPlayed, Player } from "./player.js";
import { SerialPlayer } from "./serial-player.js";
import { ABSENT, createStageTable, type StageTable } from "./stage-table.js";

const onGpu: Where = { pim: null, reduces: false };
const channels = {
  groups: 3,
  channelsPerGroup: 2,
  firstChannel: 0,
  hasLink: true,
  access: "separate",
  isStriped: false,
} as const;
const places: Where[] = [
  onGpu,
  { pim: null, reduces: true },
  { pim: channels, reduces: false },
  { pim: { ...channels, isStriped: true }, reduces: true },
  { pim: { ...channels, hasLink: false, access: "blocked" }, reduces: false },
];

type Where = Omit<DecoderShape, "layers" | "subBatches">;

/** Small numbers make ties. */
const durations = fc.oneof(fc.constant(ABSENT), fc.nat({ max: 3 }), fc.nat({ max: 1000 }));

const tables = fc
  .record({
    layers: fc.integer({ min: 1, max: 5 }),
    subBatches: fc.constantFrom(1, 2),
    where: fc.constantFrom(...places),
  })
  .map(({ where, ...shape }) => createStageTable(createDecoderGraph({ ...shape, ...where })))
  .chain((table) => {
    const length = table.ns.length;
    const ns = fc.array(durations, { minLength: length, maxLength: length });
    return ns.map((of) => ({ ...table, ns: Float64Array.from(of) }));
  });

/** All attention of an undivided batch on PIM: everything waits for what is in front of it. */
const offloaded = fc
  .record({ layers: fc.integer({ min: 1, max: 5 }), where: fc.constantFrom(...places.slice(2)) })
  .map(({ layers, where }) => createDecoderGraph({ layers, subBatches: 1, ...where }))
  .chain((graph) => {
    const table = createStageTable(graph);
    const length = table.ns.length;
    const [own] = graph.of;
    const absent = [own!.attention, own!.offload?.link?.fetch].flatMap((stage) =>
      stage === undefined ? [] : [table.offset[stage]!],
    );
    const ns = fc.array(fc.oneof(fc.integer({ min: 1, max: 3 }), fc.nat({ max: 1000 })), {
      minLength: length,
      maxLength: length,
    });
    return ns.map((of) => ({
      ...table,
      ns: Float64Array.from(of, (value, u) => (absent.includes(u) ? ABSENT : value)),
    }));
  });

function expectAsOneByOne(table: StageTable): void {
  const [together, oneByOne] = [createPlayed(table.graph), createPlayed(table.graph)];
  new SerialPlayer(table.graph).play(table, together);
  new Player(table.graph).play(table, oneByOne);
  expect(together).toEqual(oneByOne);
}

test("what runs in turn takes what its stages take together, as it would one by one; what does not is played", () => {
  fc.assert(fc.property(tables, expectAsOneByOne), { numRuns: 300 });
  fc.assert(fc.property(offloaded, expectAsOneByOne), { numRuns: 300 });
});

test("an undivided batch whose attention is on PIM runs in turn: it is not played", () => {
  const played = vi.spyOn(Player.prototype, "play");
  const [table] = fc.sample(
    offloaded.filter(({ ns }) => !ns.includes(0)),
    1,
  );
  new SerialPlayer(table!.graph).play(table!, createPlayed(table!.graph));
  expect(played).not.toHaveBeenCalled();
  played.mockRestore();
});

test("with a sink it gives every run", () => {
  const table = createStageTable(createDecoderGraph({ layers: 3, subBatches: 1, ...onGpu }));
  table.ns.fill(2);
  let ranNs = 0;
  const played = createPlayed(table.graph);
  createPlayer(table.graph).play(table, played, (_stage, _unit, _layer, fromNs, toNs) => {
    ranNs += toNs - fromNs;
  });
  expect(ranNs).toBe(played.latencyNs);
});

test("is for undivided batches, and for those of a lone GPU", () => {
  const playerOf = (subBatches: number, where: Where) =>
    createPlayer(createDecoderGraph({ layers: 2, subBatches, ...where }));
  for (const where of places) expect(playerOf(1, where)).toBeInstanceOf(SerialPlayer);
  expect(playerOf(2, onGpu)).toBeInstanceOf(SerialPlayer);
  expect(playerOf(2, places[2]!)).toBeInstanceOf(Player);
});
