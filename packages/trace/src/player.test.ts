import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alone, type Iteration, iterationOf, iterations, reducesIn, type Shape, tableOf } from "../test/iterations.js";
import { listSchedule, type Op, type OpKind } from "../test/list-scheduler.js";
import { inTurn } from "./issue-order.js";
import { createPlayed, Player, type StageSink } from "./player.js";
import { addUnitBusy } from "./stage-table.js";
import { runsOf, sumOfKind, unitOffsets } from "./stages.js";

const shapes: Shape[] = ["gpu", "pim", "appends", "both"];

/** A play's outcome in the terms of the list scheduler. */
type Outcome = ReturnType<typeof listSchedule>["played"];

function play(iteration: Iteration, sink: StageSink | null = null, player?: Player): Outcome {
  const table = tableOf(iteration);
  return outcomeOf(table, sink, player ?? new Player(table.graph));
}

function outcomeOf(table: ReturnType<typeof tableOf>, sink: StageSink | null, player: Player): Outcome {
  const { graph } = table;
  const played = createPlayed(graph);
  player.play(table, played, sink);
  const { coveredNs, waitNs, latencyNs } = played;
  const units = unitOffsets(graph);
  const unitBusyNs = new Float64Array(units.at(-1)!);
  addUnitBusy(table, runsOf(graph), units, unitBusyNs);
  const { gpu, offload, collective } = graph.on;
  const { pim, link } = offload!;
  const on = (resource: number | undefined): number => (resource === undefined ? 0 : coveredNs[resource]!);
  const waits = (waiting: number, kind: string): number =>
    sumOfKind(graph, kind, waitNs.subarray(waiting * graph.resources.length));
  return {
    latencyNs,
    gpuBusyNs: coveredNs[gpu]!,
    pimBusyNs: coveredNs[pim]!,
    groupBusyNs: [...unitBusyNs.subarray(units[pim], units[pim + 1])],
    upBusyNs: on(link?.up),
    downBusyNs: on(link?.down),
    reduceBusyNs: collective === null ? 0 : coveredNs[collective]!,
    gpuWaitsForReducesNs: waits(gpu, "collective"),
    gpuWaitsForPimNs: waits(gpu, "pim"),
    gpuWaitsForLinkNs: waits(gpu, "link"),
    // What comes down is waited for by the GPU; PIM waits for what comes up.
    pimWaitsForLinkNs: link ? waitNs[pim * graph.resources.length + link.up]! : 0,
  };
}

type Recorded = Pick<Op, "kind" | "subBatch" | "layer" | "group" | "startNs" | "durationNs">;

function record(iteration: Iteration): { played: Outcome; ops: Recorded[] } {
  const ops: Recorded[] = [];
  const { stages, of } = tableOf(iteration).graph;
  const kindOf = (stage: number): OpKind => {
    const { name, subBatch } = stages[stage]!;
    if (name === "mlp") return "post";
    if (name !== "allreduce") return name as OpKind;
    return stage === of[subBatch]!.shared?.reduceOut ? "reduce out" : "reduce post";
  };
  const played = play(iteration, (stage, unit, layer, startNs, endNs) => {
    const { name, subBatch } = stages[stage]!;
    const group = name === "pim" ? unit : -1;
    ops.push({ kind: kindOf(stage), subBatch, layer, group, startNs, durationNs: endNs - startNs });
  });
  return { played, ops };
}

const inOrder = (ops: readonly Recorded[]): string[] =>
  ops.map((op) => `${op.kind} ${op.subBatch} ${op.layer} ${op.group}: ${op.startNs} + ${op.durationNs}`).sort();

describe("the schedule of an iteration", () => {
  test("is the list scheduler's, to the nanosecond: latency, busy times, and what devices wait for", () => {
    fc.assert(
      fc.property(iterations(shapes), (iteration) => {
        expect(play(iteration)).toEqual(listSchedule(iteration).played);
      }),
      { numRuns: 400 },
    );
  });

  test("is the list scheduler's op by op", () => {
    fc.assert(
      fc.property(iterations(shapes), (iteration) => {
        expect(inOrder(record(iteration).ops)).toEqual(inOrder(listSchedule(iteration).ops));
      }),
      { numRuns: 60 },
    );
  });

  test("does not depend on being recorded, nor on what was played before", () => {
    fc.assert(
      fc.property(iterations(shapes, [2]), iterations(shapes, [2]), (iteration, { subBatches }) => {
        const other = { ...iteration, subBatches };
        // A player's tables are of one graph.
        fc.pre(reducesIn(other) === reducesIn(iteration));
        const player = new Player(tableOf(iteration).graph);
        play(other, null, player);
        expect(play(iteration, null, player)).toEqual(record(iteration).played);
      }),
    );
  });

  test("is worked out by hand for two sub-batches and two layers", () => {
    const same = { prologueNs: 5, preNs: 10, postNs: 20, headNs: 7, upNs: 3, downNs: 4, groupNs: [30] };
    // GPU: sub-batch 1 at 0-15, 2 at 15-30. Up 15-18 and 30-33. PIM 18-48, 48-78. Down 48-52, 78-82.
    // GPU: 52-82, 82-112. Up 82-85, 112-115. PIM 85-115, 115-145. Down 115-119, 145-149. GPU 119-146, 149-176.
    expect(play(iterationOf(2, 1, [same, same]))).toEqual({
      latencyNs: 176,
      gpuBusyNs: 144,
      pimBusyNs: 120,
      groupBusyNs: [120],
      upBusyNs: 12,
      downBusyNs: 16,
      reduceBusyNs: 0,
      gpuWaitsForReducesNs: 0,
      gpuWaitsForPimNs: 18 + 3,
      gpuWaitsForLinkNs: 4 + 4 + 3,
      pimWaitsForLinkNs: 3 + 3,
    });
  });

  test("is a sum for a batch undivided: L (D + A) and the ends", () => {
    const each = {
      prologueNs: 50,
      preNs: 100,
      postNs: 200,
      headNs: 70,
      upNs: 30,
      downNs: 40,
      groupNs: [500, 900],
    };
    expect(play(iterationOf(7, 2, [each])).latencyNs).toBe(50 + 7 * (100 + 200 + 30 + 900 + 40) + 70);
  });
});

/** The exclusive resource of an op. */
const resourceOf = (kind: OpKind, group: number): string =>
  kind === "pim"
    ? `group ${group}`
    : kind === "up"
      ? "up"
      : kind === "down" || kind === "fetch"
        ? "down"
        : kind.startsWith("reduce")
          ? "reduce"
          : "gpu";

describe("ops", () => {
  test("never overlap on one resource, and end within the iteration", () => {
    fc.assert(
      fc.property(iterations(shapes), (iteration) => {
        const { ops, played } = record(iteration);
        const freeNs = new Map<string, number>();
        for (const { kind, group, startNs, durationNs } of ops.sort(
          (a, b) => a.startNs - b.startNs || a.durationNs - b.durationNs,
        )) {
          const resource = resourceOf(kind, group);
          expect(startNs).toBeGreaterThanOrEqual(freeNs.get(resource) ?? 0);
          freeNs.set(resource, startNs + durationNs);
        }
        expect(Math.max(...freeNs.values())).toBe(played.latencyNs);
      }),
      { numRuns: 50 },
    );
  });

  test("of a cut prefill keep its order: on each layer the later part attends when the earlier part's K and V are there", () => {
    fc.assert(
      fc.property(iterations(shapes, [2]), (iteration) => {
        const { ops } = record(iteration);
        const at = (kind: OpKind, subBatch: number, layer: number, group: number) =>
          ops.find((op) => op.kind === kind && op.subBatch === subBatch && op.layer === layer && op.group === group);
        for (let layer = 1; layer <= iteration.layers; layer++) {
          for (let g = 0; g < iteration.groups; g++) {
            const earlier = at("pim", 0, layer, g);
            const later = at("pim", 1, layer, g);
            if (earlier && later) expect(later.startNs).toBeGreaterThanOrEqual(earlier.startNs + earlier.durationNs);
          }
          // On the GPU K and V of the earlier part are there when its pre has run.
          const keys = at("pre", 0, layer, -1)!;
          const attention = at("attention", 1, layer, -1);
          if (attention) expect(attention.startNs).toBeGreaterThanOrEqual(keys.startNs + keys.durationNs);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("idle time is accounted for", () => {
  test("on the GPU: busy, waiting for PIM, waiting for the link, and the tail after its last op", () => {
    fc.assert(
      fc.property(iterations(shapes), (iteration) => {
        const played = play(iteration);
        const tailNs =
          played.latencyNs -
          played.gpuBusyNs -
          played.gpuWaitsForPimNs -
          played.gpuWaitsForLinkNs -
          played.gpuWaitsForReducesNs;
        const gpuEnds = Math.max(
          ...listSchedule(iteration)
            .resources.get("gpu")!
            .map(({ endNs }) => endNs),
        );
        expect(tailNs).toBe(played.latencyNs - gpuEnds);
        for (const ns of [tailNs, ...Object.values(played).flat()]) expect(ns).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("on PIM: busy and waiting for the link are no more than the iteration", () => {
    fc.assert(
      fc.property(iterations(shapes), (iteration) => {
        const { latencyNs, pimBusyNs, pimWaitsForLinkNs, groupBusyNs } = play(iteration);
        expect(pimBusyNs + pimWaitsForLinkNs).toBeLessThanOrEqual(latencyNs);
        const inAllNs = groupBusyNs.reduce((sum, ns) => sum + ns, 0);
        expect(inAllNs).toBeGreaterThanOrEqual(pimBusyNs);
        expect(inAllNs).toBeLessThanOrEqual(iteration.groups * pimBusyNs);
      }),
    );
  });
});

describe("invariant 4", () => {
  test("no resource can be busy for longer than the iteration takes", () => {
    fc.assert(
      fc.property(iterations(shapes), (iteration) => {
        const played = play(iteration);
        expect(played.latencyNs).toBeGreaterThanOrEqual(
          Math.max(played.gpuBusyNs, ...played.groupBusyNs, played.upBusyNs, played.downBusyNs, played.reduceBusyNs),
        );
      }),
    );
  });

  // A sub-batch of nothing but prefills (`appends`) runs ahead of its PIM work: alone it ends with its last append, between
  // another sub-batch's stages it may end later than the two one after the other.
  test("two sub-batches that wait for their attention take no longer interleaved than one after the other", () => {
    fc.assert(
      fc.property(iterations(["gpu", "pim", "both"], [2], [inTurn]), (iteration) => {
        const serialNs = play(alone(iteration, 0)).latencyNs + play(alone(iteration, 1)).latencyNs;
        expect(play(iteration).latencyNs).toBeLessThanOrEqual(serialNs);
      }),
      { numRuns: 300 },
    );
  });
});

test("invariant 5: work does not depend on when it runs", () => {
  fc.assert(
    fc.property(iterations(shapes, [2]), (iteration) => {
      const [first, second, both] = [play(alone(iteration, 0)), play(alone(iteration, 1)), play(iteration)];
      for (const busy of ["gpuBusyNs", "upBusyNs", "downBusyNs", "reduceBusyNs"] as const) {
        expect(both[busy]).toBe(first[busy] + second[busy]);
      }
      expect(both.groupBusyNs).toEqual(first.groupBusyNs.map((ns, g) => ns + second.groupBusyNs[g]!));
    }),
  );
});

describe("invariant 8", () => {
  /** A batch whose PIM work is spread evenly, and two sub-batches of it: dense time D each if weight-bound, D / 2 otherwise. */
  function wholeAndHalves(at: { layers: number; D: number; A: number; weightBound: boolean }) {
    const { layers, D, A, weightBound } = at;
    // Transfers are a part of A, the undivided attention.
    const attention = (part: number) => ({
      upNs: 0.1 * A * part,
      groupNs: [0.8 * A * part, 0.8 * A * part],
      downNs: 0.1 * A * part,
    });
    const dense = (part: number) => ({ preNs: 0.3 * D * part, postNs: 0.7 * D * part });
    const part = weightBound ? 1 : 0.5;
    const each = { ...dense(part), ...attention(0.5) };
    return {
      wholeNs: play(iterationOf(layers, 2, [{ ...dense(1), ...attention(1) }])).latencyNs,
      halvesNs: play(iterationOf(layers, 2, [each, each])).latencyNs,
    };
  }
  const layers = fc.integer({ min: 8, max: 128 });
  const D = fc.integer({ min: 1, max: 1000 }).map((n) => 100 * n);

  test("weight-bound, interleaving loses where attention is shorter than D", () => {
    fc.assert(
      fc.property(layers, D, fc.double({ min: 0.05, max: 1, noNaN: true }), (count, dense, ratio) => {
        const { wholeNs, halvesNs } = wholeAndHalves({
          layers: count,
          D: dense,
          A: 20 * Math.floor((dense * ratio) / 20),
          weightBound: true,
        });
        expect(halvesNs).toBeGreaterThanOrEqual(wholeNs);
      }),
    );
  });

  test("weight-bound, it wins where attention is longer, by more than the ramp of the first and last layer", () => {
    fc.assert(
      fc.property(layers, D, fc.double({ min: 1.25, max: 10, noNaN: true }), (count, dense, ratio) => {
        const { wholeNs, halvesNs } = wholeAndHalves({
          layers: count,
          D: dense,
          A: 20 * Math.ceil((dense * ratio) / 20),
          weightBound: true,
        });
        expect(halvesNs).toBeLessThan(wholeNs);
      }),
    );
  });

  test("compute-bound and balanced, it approaches half of serial as layers add up", () => {
    fc.assert(
      fc.property(layers, D, (count, dense) => {
        const { wholeNs, halvesNs } = wholeAndHalves({ layers: count, D: dense, A: dense, weightBound: false });
        expect(halvesNs / wholeNs).toBeGreaterThanOrEqual(0.5);
        expect(halvesNs / wholeNs).toBeLessThanOrEqual(0.5 + 1 / count);
      }),
    );
  });

  test("the batch at which it beats plain offload falls as context grows", () => {
    // 20 us of weights, a decode of L tokens takes L ns on one of 4 groups.
    const crossover = (context: number): number => {
      for (let batch = 2; batch <= 4096; batch += 2) {
        const { wholeNs, halvesNs } = wholeAndHalves({
          layers: 32,
          D: 20_000,
          A: (batch / 4) * context,
          weightBound: true,
        });
        if (halvesNs < wholeNs) return batch;
      }
      return Number.POSITIVE_INFINITY;
    };
    const batches = [256, 512, 1024, 2048, 4096].map(crossover);
    for (let i = 1; i < batches.length; i++) expect(batches[i]).toBeLessThan(batches[i - 1]!);
    expect(batches.at(-1)).toBeGreaterThan(2);
  });
});
