/**
 * @module
 * A replay whose units come as one is the replay of all units, joined.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPlayed, createPlayer, inTurn } from "../src/index.js";
import { type Iteration, iterations, tableOf } from "./iterations.js";

/** Every run of a stage: when its first unit starts, and its last one ends. */
function runsOf(iteration: Iteration, joinUnits: boolean): Map<string, [startNs: number, endNs: number]> {
  const table = tableOf(iteration);
  const runs = new Map<string, [number, number]>();
  let calls = 0;
  const sink = (stage: number, _unit: number, layer: number, startNs: number, endNs: number): void => {
    calls++;
    const [first, last] = runs.get(`${stage} ${layer}`) ?? [startNs, endNs];
    runs.set(`${stage} ${layer}`, [Math.min(first, startNs), Math.max(last, endNs)]);
  };
  createPlayer(table.graph).play(table, createPlayed(table.graph), sink, joinUnits);
  if (joinUnits) expect(calls).toBe(runs.size);
  return runs;
}

const anyAccess = fc.constantFrom("blocked" as const, "concurrent" as const, undefined);

test("units that come as one start with the first of them and end with the last", () => {
  fc.assert(
    fc.property(iterations(["gpu", "pim", "both"], [1, 2], [inTurn]), anyAccess, (iteration, access) => {
      const asked = { ...iteration, ...(access && isAlone(iteration) && { access, asked: 0.5 }) };
      expect(runsOf(asked, true)).toEqual(runsOf(asked, false));
    }),
  );
});

/** GPUs that share their memory with PIM reduce nothing. */
const isAlone = ({ subBatches }: Iteration): boolean => subBatches.every(({ reduceNs }) => reduceNs === 0);
