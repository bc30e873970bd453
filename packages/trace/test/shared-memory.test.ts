/**
 * @module
 * GPU and PIM in one memory: taking turns, or at a time and slower.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPlayed, createPlayer, inTurn, type Played, type StageSink } from "../src/index.js";
import { alone, type Iteration, iterationOf, iterations, tableOf } from "./iterations.js";
import { blockedOps, type Op } from "./list-scheduler.js";
import { stepped } from "./stepped.js";

type Access = NonNullable<Iteration["access"]>;

const shared = (access: Access, counts = [1, 2]): fc.Arbitrary<Iteration> =>
  fc
    .tuple(iterations(["gpu", "pim", "both"], counts, [inTurn]), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([iteration, asked]) => ({ ...iteration, access, asked }))
    .filter(({ subBatches }) => subBatches.every(({ reduceNs }) => reduceNs === 0));

/** Few layers of short stages, for whoever counts every ns. */
const short: fc.Arbitrary<Iteration> = shared("concurrent").map((iteration) => ({
  ...iteration,
  layers: Math.min(iteration.layers, 3),
  subBatches: iteration.subBatches.map((times) => ({
    ...times,
    ...Object.fromEntries(
      Object.entries(times).flatMap(([name, ns]) => (typeof ns === "number" ? [[name, Math.min(ns, 40)]] : [])),
    ),
    groupNs: times.groupNs.map((ns) => Math.min(ns, 60)),
  })),
}));

interface Recorded extends Pick<Op, "startNs" | "endNs"> {
  name: string;
}

function record(iteration: Iteration): { played: Played; runs: Recorded[] } {
  const table = tableOf(iteration);
  const runs: Recorded[] = [];
  const { stages } = table.graph;
  const sink: StageSink = (stage, unit, layer, startNs, endNs) => {
    const { name, subBatch } = stages[stage]!;
    runs.push({ name: `${name} ${subBatch} ${layer} ${name === "pim" ? unit : -1}`, startNs, endNs });
  };
  const played = createPlayed(table.graph);
  createPlayer(table.graph).play(table, played, sink);
  return { played, runs };
}

function play(iteration: Iteration): Played {
  const table = tableOf(iteration);
  const played = createPlayed(table.graph);
  createPlayer(table.graph).play(table, played);
  return played;
}

const sorted = (runs: readonly Recorded[]): string[] =>
  runs.map(({ name, startNs, endNs }) => `${name}: ${startNs} to ${endNs}`).sort();

const named = (ops: readonly Op[]): Recorded[] =>
  ops.map(({ kind, subBatch, layer, group, startNs, endNs }) => ({
    name: `${kind} ${subBatch} ${layer} ${group}`,
    startNs,
    endNs,
  }));

const isOnPim = ({ name }: Recorded): boolean => name.startsWith("pim");

describe("in turn", () => {
  test("every run is where one op after the other puts it", () => {
    fc.assert(
      fc.property(shared("blocked"), (iteration) => {
        const { played, runs } = record(iteration);
        expect(sorted(runs)).toEqual(sorted(named(blockedOps(iteration))));
        expect(played.latencyNs).toBe(play(iteration).latencyNs);
      }),
      { numRuns: 100 },
    );
  });

  test("GPU and PIM never run at a time", () => {
    fc.assert(
      fc.property(shared("blocked"), (iteration) => {
        const until = { gpu: 0, pim: 0 };
        const runs = record(iteration).runs.sort((a, b) => a.startNs - b.startNs || a.endNs - b.endNs);
        let overlaps = 0;
        for (const run of runs) {
          const [own, other] = isOnPim(run) ? (["pim", "gpu"] as const) : (["gpu", "pim"] as const);
          if (run.startNs < until[other]) overlaps++;
          until[own] = Math.max(until[own], run.endNs);
        }
        expect(overlaps).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  test("halves take as long as one after the other where one PIM stage holds all groups up: nothing is hidden", () => {
    const half = { preNs: 10, postNs: 20, upNs: 1, groupNs: [30] };
    const whole = { preNs: 10, postNs: 20, upNs: 1, groupNs: [60] };
    const of = (...subBatches: object[]) => ({ ...iterationOf(8, 1, subBatches), access: "blocked" as const });
    expect(play(of(half, half)).latencyNs).toBe(2 * play(of(half)).latencyNs);
    expect(play(of(half, half)).latencyNs).toBeGreaterThan(play(of(whole)).latencyNs);
  });

  test("what the GPU waits for is PIM, and nothing is left unexplained", () => {
    fc.assert(
      fc.property(shared("blocked"), (iteration) => {
        const { graph } = tableOf(iteration);
        const { latencyNs, coveredNs, waitNs } = play(iteration);
        const { gpu, offload } = graph.on;
        const last = Math.max(...blockedOps(iteration).flatMap(({ kind, endNs }) => (kind === "pim" ? [] : [endNs])));
        expect(coveredNs[gpu]! + waitNs[gpu * graph.resources.length + offload!.pim]!).toBe(last);
        expect(last).toBeLessThanOrEqual(latencyNs);
      }),
    );
  });
});

describe("at a time", () => {
  test("every run is where counting every ns puts it", () => {
    fc.assert(
      fc.property(short, (iteration) => {
        const { played, runs } = record(iteration);
        const ops = stepped(iteration);
        expect(sorted(runs)).toEqual(sorted(named(ops)));
        expect(played.latencyNs).toBe(Math.max(...ops.map(({ endNs }) => endNs)));
      }),
      { numRuns: 100 },
    );
  });

  test("does not depend on being recorded, run by run, nor on what was played before", () => {
    fc.assert(
      fc.property(shared("concurrent", [2]), shared("concurrent", [2]), (iteration, { subBatches }) => {
        const table = tableOf(iteration);
        const player = createPlayer(table.graph);
        const [played, before] = [createPlayed(table.graph), createPlayed(table.graph)];
        const groups = iteration.groups;
        fc.pre(subBatches.every(({ groupNs }) => groupNs.length === groups));
        player.play(tableOf({ ...iteration, subBatches }), before);
        player.play(table, played);
        expect(played).toEqual(record(iteration).played);
      }),
      { numRuns: 60 },
    );
  });

  test("is as fast as two memories where the GPU asks for nothing", () => {
    fc.assert(
      fc.property(shared("concurrent"), (iteration) => {
        const table = tableOf({ ...iteration, asked: 0 });
        const apart = { ...table, graph: { ...table.graph, contend: null } };
        const played = createPlayed(apart.graph);
        createPlayer(apart.graph).play(apart, played);
        const { gpu } = apart.graph.on;
        const figures = ({ latencyNs, coveredNs, waitNs }: Played) => ({
          latencyNs,
          coveredNs,
          gpuWaitsNs: waitNs.subarray(gpu * coveredNs.length, (gpu + 1) * coveredNs.length),
        });
        expect(figures(play({ ...iteration, asked: 0 }))).toEqual(figures(played));
      }),
      { numRuns: 100 },
    );
  });

  test("invariant 4: no longer than one half after the other, no shorter than what each device has to do", () => {
    fc.assert(
      fc.property(shared("concurrent", [2]), (iteration) => {
        const { latencyNs } = play(iteration);
        const [first, second] = [play(alone(iteration, 0)), play(alone(iteration, 1))];
        // Events are whole ns, up: one each in either schedule.
        const slackNs = 12 * iteration.layers;
        expect(latencyNs).toBeLessThanOrEqual(first.latencyNs + second.latencyNs + slackNs);
        const { ns, offset, graph } = tableOf(iteration);
        const gpuNs = graph.of.reduce(
          (sum, { pre, post }) => sum + iteration.layers * (ns[offset[pre]!]! + ns[offset[post]!]!),
          0,
        );
        expect(latencyNs).toBeGreaterThanOrEqual(gpuNs);
      }),
      { numRuns: 100 },
    );
  });

  test("what the GPU asks for never makes an iteration shorter, but for a ns an event", () => {
    fc.assert(
      fc.property(shared("concurrent"), fc.double({ min: 0, max: 1, noNaN: true }), (iteration, other) => {
        const [less, more] = [iteration.asked ?? 0, other].sort((a, b) => a - b);
        const at = (asked: number | undefined): number => play({ ...iteration, asked: asked ?? 0 }).latencyNs;
        expect(at(more)).toBeGreaterThanOrEqual(at(less) - 12 * iteration.layers);
      }),
      { numRuns: 100 },
    );
  });

  test("idle and busy times fill the iteration up to the last run", () => {
    fc.assert(
      fc.property(shared("concurrent"), (iteration) => {
        const { graph } = tableOf(iteration);
        const { played, runs } = record(iteration);
        const { gpu, offload } = graph.on;
        const last = Math.max(...runs.filter((run) => !isOnPim(run)).map(({ endNs }) => endNs));
        expect(played.coveredNs[gpu]! + played.waitNs[gpu * graph.resources.length + offload!.pim]!).toBe(last);
      }),
      { numRuns: 100 },
    );
  });
});
