import { architectureOf } from "@tandem-sim/hardware";
import { Batch } from "@tandem-sim/scheduler";
import {
  createBatchTable,
  createDecoderGraph,
  createPlayed,
  Division,
  fillTable,
  Player,
  parseText,
  replayText,
  SplitWorkspace,
  type StageTable,
  shapeOf,
  splits,
  toText,
} from "@tandem-sim/trace";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type InstancePlan, simulate } from "../src/index.js";
import { model, onPim, tinyClusters, tinyPlan, tinyRequests, tinyWorkload } from "./tiny-cluster.js";

const GROUPS = 4;

interface Entry {
  kind: "decode" | "prefill" | "resumed";
  tokens: number;
  context: number;
  group: number;
}

const entries: fc.Arbitrary<Entry[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("decode", "decode", "prefill", "resumed"),
    tokens: fc.integer({ min: 1, max: 80 }),
    context: fc.integer({ min: 1, max: 60 }),
    group: fc.nat({ max: GROUPS - 1 }),
  }),
  { minLength: 1, maxLength: 24 },
);

function batchOf(list: readonly Entry[], offloads: boolean): Batch {
  const batch = new Batch();
  batch.clear();
  list.forEach(({ kind, tokens, context, group }, order) => {
    const resumed = kind === "resumed" ? 4 * context : 0;
    batch.add({
      row: order,
      tokens: kind === "decode" ? 1 : tokens,
      context: kind === "resumed" ? resumed : context,
      prefill: kind !== "decode",
      samples: true,
      group: offloads ? group : -1,
      hits: resumed,
      order,
    });
  });
  return batch;
}

const plans: Record<"none" | "all" | "decode", InstancePlan> = {
  none: tinyPlan().instances[0]!,
  all: tinyPlan({ channels: 4 * GROUPS, options: { ...onPim, attnOffloadPhase: "all" } }).instances[0]!,
  decode: tinyPlan({ channels: 4 * GROUPS, options: { ...onPim, attnOffloadPhase: "decode" } }).instances[0]!,
};

/** Latency of the text trace's rows, played in file order. */
function replayed(plan: InstancePlan, batch: Batch, division: Division | null, table: StageTable): number {
  const { costs } = plan;
  const sizes = { elementBytes: plan.elementBytes, kvElementBytes: plan.kvElementBytes };
  const architecture = architectureOf(model);
  const text = toText({ model, architecture, ...sizes, costs, batch, division, table, node: 0 });
  return replayText(parseText(text, "trace"));
}

test.each(["none", "all", "decode"] as const)(
  "invariant 7: the text trace of any batch, whole or split, replays to its latency (attention offload: %s)",
  (phase) => {
    const plan = plans[phase];
    const { costs } = plan;
    const [undivided, divided] = [1, 2].map((subBatches) => createDecoderGraph({ ...shapeOf(costs), subBatches }));
    const rule = phase === "none" ? fc.constant("whole") : fc.constantFrom("whole", ...Object.keys(splits));
    fc.assert(
      fc.property(entries, rule, (list, name) => {
        const batch = batchOf(list, phase !== "none");
        const candidate = new Division(2);
        const divide = name === "whole" ? null : splits[name as keyof typeof splits];
        const division = divide?.(batch, candidate, new SplitWorkspace(costs, divided!)) ? candidate : null;
        const graph = division ? divided! : undivided!;
        const table = createBatchTable(graph);
        fillTable(table, batch, division, costs);
        const played = createPlayed(graph);
        new Player(graph).play(table, played);
        expect(replayed(plan, batch, division, table)).toBe(played.latencyNs);
      }),
      { numRuns: 60 },
    );
  },
);

test("every iteration of a simulation replays to the latency that it took", () => {
  fc.assert(
    fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
      simulate(tinyPlan(cluster), [tinyWorkload(requests)], {
        onIteration: ({ plan, batch, division, table, played }) => {
          expect(replayed(plan, batch, division, table)).toBe(played.latencyNs);
        },
      });
    }),
    { numRuns: 10 },
  );
});
