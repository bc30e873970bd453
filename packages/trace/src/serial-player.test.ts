import fc from "fast-check";
import { expect, test } from "vitest";
import { createPlayer } from "./create-player.js";
import { createDecoderGraph } from "./decoder-graph.js";
import { createPlayed, Player } from "./player.js";
import { SerialPlayer } from "./serial-player.js";
import { ABSENT, createStageTable } from "./stage-table.js";

const onGpu = { pim: null, reduces: false };

const tables = fc
  .record({ layers: fc.integer({ min: 1, max: 5 }), subBatches: fc.constantFrom(1, 2) })
  .map((shape) => createStageTable(createDecoderGraph({ ...shape, ...onGpu })))
  .chain((table) => {
    const length = table.ns.length;
    const ns = fc.array(fc.oneof(fc.constant(ABSENT), fc.nat({ max: 1000 })), { minLength: length, maxLength: length });
    return ns.map((of) => ({ ...table, ns: Float64Array.from(of) }));
  });

test("a lone resource takes what its stages take together, as they would one by one", () => {
  fc.assert(
    fc.property(tables, (table) => {
      const [together, oneByOne] = [createPlayed(table.graph), createPlayed(table.graph)];
      createPlayer(table.graph).play(table, together);
      new Player(table.graph).play(table, oneByOne);
      expect(together).toEqual(oneByOne);
    }),
  );
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

test("is for graphs of one resource only", () => {
  const graph = createDecoderGraph({ layers: 2, subBatches: 1, ...onGpu });
  expect(createPlayer(graph)).toBeInstanceOf(SerialPlayer);
  const twoGpus = createDecoderGraph({ layers: 2, subBatches: 1, pim: null, reduces: true });
  expect(createPlayer(twoGpus)).toBeInstanceOf(Player);
});
