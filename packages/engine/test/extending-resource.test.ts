/**
 * @module
 * A whole simulation over a resource that the engine does not know, put into the graph of a decoder by one file. Player,
 * totals, energy, idle times, timeline and text traces go by the graph.
 */
import { architectureOf } from "@tandem-sim/hardware";
import { parseText, toText } from "@tandem-sim/trace";
import fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import { createSimulation, type IterationStart, Timeline } from "../src/index.js";
import { checkInvariants, tinyPower } from "./invariants.js";
import { costSwitch, withSwitch } from "./switched-decoder.js";
import {
  interleaved,
  onPim,
  type TinyCluster,
  tinyClusters,
  tinyPlan,
  tinyRequests,
  tinyWorkload,
} from "./tiny-cluster.js";

// Test files share their modules: the engine is loaded anew over the mock, and once more for the file behind this one.
vi.hoisted(() => vi.resetModules());
afterAll(() => {
  vi.doUnmock("@tandem-sim/trace");
  vi.resetModules();
});

vi.mock(import("@tandem-sim/trace"), async (original) => {
  const trace = await original();
  return {
    ...trace,
    createDecoderGraph: (shape) => withSwitch(trace.createDecoderGraph(shape)),
    fillTable: (table, ...batch) => {
      trace.fillTable(table, ...batch);
      costSwitch(table);
    },
    foldTable: (whole, ...parts) => {
      trace.foldTable(whole, ...parts);
      costSwitch(whole);
    },
  };
});

const prompts = Array.from({ length: 12 }, (_, i) => ({ input: 20 + i, output: 10, arrivalNs: 0 }));

/** Index of the switch among the resources of an iteration. */
const switchOf = ({ table }: IterationStart): number =>
  table.graph.resources.findIndex(({ kind }) => kind === "switch");

function observe(cluster: TinyCluster, onIteration: (iteration: IterationStart) => void): void {
  const simulation = createSimulation(tinyPlan(cluster), { onIteration });
  simulation.push(tinyWorkload(prompts));
  simulation.finish();
}

describe("a run over a switch between link and PIM", () => {
  test("keeps the numbered invariants in every offloading mode, also where power is cut into steps", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const options = { ...cluster.options, enableAttnOffloading: true };
        checkInvariants(tinyPlan({ ...cluster, options, power: tinyPower }), requests);
      }),
      { numRuns: 25 },
    );
  });

  test("has it busy for a hop per layer and sub-batch, in divided iterations and whole ones", () => {
    for (const options of [onPim, interleaved]) {
      observe({ options }, (iteration) => {
        const { table, played } = iteration;
        const { stages, layers } = table.graph;
        const hops = stages.flatMap(({ name }, s) => (name === "hop" ? [table.ns[table.offset[s]!]!] : []));
        expect(hops).toHaveLength(iteration.division ? 2 : 1);
        expect(played.coveredNs[switchOf(iteration)]).toBe(layers * hops.reduce((sum, ns) => sum + ns, 0));
      });
    }
  });

  test("delays an undivided iteration by its hops, and nothing else", () => {
    observe({ options: onPim }, (iteration) => {
      const { resources } = iteration.table.graph;
      const covered = iteration.played.coveredNs;
      expect(iteration.played.latencyNs).toBe(covered.reduce((sum, ns) => sum + ns, 0));
      // Undivided, whoever waits says for what: the GPU for all of the way to PIM and back.
      const gpuWaits = iteration.played.waitNs.subarray(0, resources.length);
      expect([...gpuWaits]).toEqual([0, ...covered.subarray(1)]);
    });
  });

  test("pays for its bytes as the graph's other transfers are paid for", () => {
    let bytes = 0;
    const simulation = createSimulation(tinyPlan({ options: interleaved, power: tinyPower }), {
      onIteration: ({ table }) => {
        bytes += table.graph.layers * table.bytes.reduce((sum, moved) => sum + moved, 0);
      },
    });
    simulation.push(tinyWorkload(prompts));
    const { energy_j, makespan_ns, link_bytes } = simulation.finish();
    const { num_links, idle_power, energy_per_bit } = tinyPower.link;
    expect(bytes).toBe(2 * link_bytes.up + link_bytes.down);
    expect(energy_j?.link).toBeCloseTo(
      num_links * idle_power * makespan_ns * 1e-9 + bytes * 8 * energy_per_bit * 1e-12,
      12,
    );
  });

  test("is drawn on a track of its own, and written as rows of its own", () => {
    const pieces: string[] = [];
    const plan = tinyPlan({ options: interleaved });
    const timeline = new Timeline(plan, { startNs: 0, endNs: Number.POSITIVE_INFINITY }, (text) => pieces.push(text));
    observe({ options: interleaved }, (iteration) => {
      timeline.iteration(iteration);
      const { batch, division, table } = iteration;
      const { model, elementBytes, kvElementBytes, costs } = plan.instances[0]!;
      const sizes = { model, architecture: architectureOf(model), elementBytes, kvElementBytes };
      const rows = parseText(toText({ ...sizes, costs, batch, division, table, node: 0 }), "trace");
      const { layers, subBatches } = table.graph;
      expect(rows.filter(({ name }) => name.startsWith("hop_"))).toHaveLength(layers * subBatches);
    });
    timeline.end();
    const { traceEvents } = JSON.parse(pieces.join("")) as {
      traceEvents: { name: string; tid: number; args?: { name?: string } }[];
    };
    const track = traceEvents.find(({ args }) => args?.name === "switch")?.tid;
    const drawn = traceEvents.filter(({ tid, name }) => tid === track && !name.startsWith("thread_"));
    expect(drawn.length).toBeGreaterThan(0);
    expect(drawn.every(({ name }) => /^hop \d/.test(name))).toBe(true);
  });
});
