import type { Batch } from "@tandem-sim/scheduler";
import type { Division } from "@tandem-sim/trace";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchOf, type Entry } from "../../trace/test/fake-costs.js";
import {
  interleaved,
  onPim,
  type TinyCluster,
  type TinyRequest,
  tinyClusters,
  tinyPlan,
  tinyRequests,
  tinyWorkload,
} from "../test/tiny-cluster.js";
import { IterationPlanner } from "./iteration-planner.js";
import type { InstancePlan } from "./plan.js";
import type { IterationStart } from "./serving-instance.js";
import { createSimulation } from "./simulation.js";
import { Timeline, type TimelineWindow } from "./timeline.js";

interface TraceEvent {
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur: number;
  name: string;
  id?: number;
  args: Record<string, unknown>;
}

function draw(
  cluster: TinyCluster,
  requests: readonly TinyRequest[],
  window: Partial<TimelineWindow> = {},
  onIteration: (iteration: IterationStart) => void = () => {},
) {
  const pieces: string[] = [];
  const plan = tinyPlan(cluster, { routing: "RR" });
  const timeline = new Timeline(plan, { startNs: 0, endNs: Number.POSITIVE_INFINITY, ...window }, (text) =>
    pieces.push(text),
  );
  const simulation = createSimulation(
    plan,
    {
      onIteration: (iteration) => {
        timeline.iteration(iteration);
        onIteration(iteration);
      },
      onRequest: (result) => timeline.request(result),
      onInterval: (report) => timeline.interval(report),
    },
    { logIntervalS: 1e-4 },
  );
  simulation.push(tinyWorkload(requests));
  const summary = simulation.finish();
  timeline.end();
  const events = (JSON.parse(pieces.join("")) as { traceEvents: TraceEvent[] }).traceEvents;
  return { events, summary };
}

/** Draws one batch, which is divided as told. */
function drawBatch(options: TinyCluster["options"], entries: readonly Entry[], subBatches: readonly number[]) {
  const pieces: string[] = [];
  const plan = tinyPlan({ ...(options ? { options } : {}) });
  const timeline = new Timeline(plan, { startNs: 0, endNs: Number.POSITIVE_INFINITY }, (text) => pieces.push(text));
  const batch = batchOf(entries);
  const instance: InstancePlan = {
    ...plan.instances[0]!,
    split: (_batch, division) => {
      division.clear(batch.size);
      division.of.set(subBatches);
      return true;
    },
  };
  const planner = new IterationPlanner(instance);
  planner.choose(batch);
  const { kind, division, table, played } = planner;
  const replay: IterationStart["replay"] = (sink) => planner.replay(sink);
  timeline.iteration({ plan: instance, index: 0, startNs: 0, kind, batch, division, table, played, replay });
  timeline.end();
  return (JSON.parse(pieces.join("")) as { traceEvents: TraceEvent[] }).traceEvents;
}

/** Whole ns of a time in us. */
const ns = (us: number): number => Math.round(us * 1000);

/** Tokens whose K and V are read in a layer: of each request once, of a cut one once per part. */
function contextOf({ size, context, tokens }: Batch, division: Division | null): number {
  let read = 0;
  for (let i = 0; i < size; i++) {
    if (division === null || i !== division.cutIndex) read += context[i]! + tokens[i]!;
    else {
      division.cutEnds.forEach((end, part) => {
        if (end > (part === 0 ? 0 : division.cutEnds[part - 1]!)) read += context[i]! + end;
      });
    }
  }
  return read;
}

const slicesOf = (events: readonly TraceEvent[]): Map<string, TraceEvent[]> => {
  const tracks = new Map<string, TraceEvent[]>();
  for (const event of events.filter(({ ph }) => ph === "X")) {
    const track = `${event.pid} ${event.tid}`;
    tracks.set(track, [...(tracks.get(track) ?? []), event]);
  }
  for (const slices of tracks.values()) slices.sort((a, b) => a.ts - b.ts);
  return tracks;
};

const prompts = (n: number): TinyRequest[] =>
  Array.from({ length: n }, (_, i) => ({ input: 20 + i, output: 3, arrivalNs: 0 }));

describe("a timeline", () => {
  test("is JSON in which no two slices of a track overlap", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        for (const slices of slicesOf(draw(cluster, requests).events).values()) {
          slices.slice(1).forEach(({ ts }, i) => {
            const before = slices[i]!;
            if (ns(ts) < ns(before.ts) + ns(before.dur)) throw new Error(`${before.name} is drawn over`);
          });
        }
      }),
      { numRuns: 25 },
    );
  });

  test("has a named track for each exclusive resource: GPU, link up and down, every channel of the instance", () => {
    const { events } = draw({ instances: 2, channels: 16, options: onPim }, prompts(4));
    const named = events.filter(({ name }) => name === "thread_name").map(({ pid, args }) => `${pid} ${args.name}`);
    expect(named.slice(0, 12)).toEqual([
      "0 iterations",
      "0 GPU",
      "0 link up",
      "0 link down",
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((c) => `0 PIM channel ${c} (group ${Math.floor(c / 4)})`),
    ]);
    expect(named.slice(16)).toEqual(
      [8, 9, 10, 11, 12, 13, 14, 15].map((c) => `1 PIM channel ${c} (group ${Math.floor(c / 4) - 2})`),
    );
    const tracks = new Set(events.filter(({ name }) => name === "thread_name").map(({ pid, tid }) => `${pid} ${tid}`));
    for (const track of slicesOf(events).keys()) expect(tracks).toContain(track);
  });

  test("shows as much work as was measured", () => {
    const { events, summary } = draw({ options: interleaved }, prompts(8));
    const tracks = slicesOf(events);
    const workOf = (tid: number): number => (tracks.get(`0 ${tid}`) ?? []).reduce((sum, { dur }) => sum + ns(dur), 0);
    expect(workOf(0)).toBe(summary.makespan_ns);
    expect(workOf(1) / summary.makespan_ns).toBeCloseTo(summary.gpu_busy, 12);
    const channels = Array.from({ length: 8 }, (_, c) => workOf(10 + c) / summary.makespan_ns);
    expect(channels.reduce((sum, busy) => sum + busy, 0) / 8).toBeCloseTo(summary.pim_util!, 12);
  });

  test("names slices by op, layer and sub-batch", () => {
    const names = (options: TinyCluster["options"]) =>
      new Set(
        draw({ ...(options ? { options } : {}) }, prompts(4))
          .events.filter(({ ph }) => ph === "X")
          .map(({ name }) => name),
      );
    const split = names(interleaved);
    for (const name of [
      "iteration 0",
      "pre 1 sub-batch 1",
      "pim 3 sub-batch 2",
      "up 2 sub-batch 1",
      "head 3 sub-batch 2",
    ])
      expect(split).toContain(name);
    const whole = names({});
    for (const name of ["prologue 1", "attention 2", "post 3"]) expect(whole).toContain(name);
    expect([...whole].filter((name) => name.includes("sub-batch"))).toEqual([]);
  });

  test("says of each slice what it works on", () => {
    const events = drawBatch(
      { ...interleaved, attnOffloadPhase: "decode" },
      [
        { tokens: 8, context: 4, group: 0, hits: 4 },
        { tokens: 1, context: 30, group: 0 },
        { tokens: 1, context: 40, group: 1 },
        { tokens: 1, context: 50, group: 1 },
      ],
      [0, 0, 1, 1],
    );
    const drawn = events.filter(({ ph }) => ph === "X");
    const argsOf = (title: string) => drawn.filter(({ name }) => name === title).map(({ args }) => args);
    // A token's q, and its k and v, are 512 bytes each.
    const expected: [title: string, args: object, copies?: number][] = [
      ["iteration 0", { kind: "interleaved", requests: 4, prefills: 1, decodes: 3, tokens: 11 }],
      ["prologue 1 sub-batch 1", { layer: 1, tokens: 9 }],
      ["prologue 1 sub-batch 2", { layer: 1, tokens: 2 }],
      ["head 3 sub-batch 1", { layer: 3, tokens: 9 }],
      ["head 3 sub-batch 2", { layer: 3, tokens: 2 }],
      ...[1, 2, 3].flatMap((layer): [string, object, number?][] => [
        [`pre ${layer} sub-batch 1`, { layer, tokens: 9 }],
        [`pre ${layer} sub-batch 2`, { layer, tokens: 2 }],
        [`attention ${layer} sub-batch 1`, { layer, requests: 1, tokens: 8, context: 12 }],
        [`fetch ${layer} sub-batch 1`, { bytes: 4 * 512 }],
        [`up ${layer} sub-batch 1`, { bytes: 1024 + 8 * 512 }],
        [`up ${layer} sub-batch 2`, { bytes: 2 * 1024 }],
        [`pim ${layer} sub-batch 1`, { requests: 2, tokens: 1, context: 31, moved: 8 }, 4],
        [`pim ${layer} sub-batch 2`, { requests: 2, tokens: 2, context: 41 + 51 }, 4],
        [`down ${layer} sub-batch 1`, { bytes: 512 }],
        [`down ${layer} sub-batch 2`, { bytes: 2 * 512 }],
        [`post ${layer} sub-batch 1`, { layer, tokens: 9 }],
        [`post ${layer} sub-batch 2`, { layer, tokens: 2 }],
      ]),
    ];
    for (const [title, args, copies = 1] of expected)
      expect([title, argsOf(title)]).toEqual([title, Array(copies).fill(args)]);
    expect(new Set(drawn.map(({ name }) => name))).toEqual(new Set(expected.map(([title]) => title)));
  });

  test("has in every layer of an iteration all tokens of its batch, and all context that they attend to", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const iterations: {
          pid: number;
          startNs: number;
          endNs: number;
          layers: number;
          tokens: number;
          context: number;
        }[] = [];
        const { events } = draw(cluster, requests, {}, ({ plan, startNs, played, batch, division, table }) => {
          const { layers } = table.graph;
          const endNs = startNs + played.latencyNs;
          const context = contextOf(batch, division);
          iterations.push({ pid: plan.id, startNs, endNs, layers, tokens: batch.totalTokens, context });
        });
        // Of the four channels of a group the first one.
        const drawn = events.filter(({ ph, tid }) => ph === "X" && tid > 0 && (tid < 10 || (tid - 10) % 4 === 0));
        for (const { pid, startNs, endNs, layers, tokens, context } of iterations) {
          const own = drawn.filter((slice) => slice.pid === pid && ns(slice.ts) >= startNs && ns(slice.ts) < endNs);
          const sum = (stages: readonly string[], layer: number, what: string): number =>
            own
              .filter(({ name }) => stages.includes(name.split(" ")[0]!) && name.split(" ")[1] === `${layer}`)
              .reduce((total, { args }) => total + (args[what] as number), 0);
          for (let layer = 1; layer <= layers; layer++) {
            for (const stages of [["pre"], ["post", "mlp"]]) expect(sum(stages, layer, "tokens")).toBe(tokens);
            const queries = sum(["attention", "pim"], layer, "tokens");
            // A query of a striped request is on every group that has a piece of its context.
            if (cluster.stripeTokens) expect(queries).toBeGreaterThanOrEqual(tokens);
            else expect(queries).toBe(tokens);
            expect(sum(["attention", "pim"], layer, "context")).toBe(context);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test("has each request from its arrival to its end, queued, in prefill, in decode", () => {
    const { events } = draw({}, prompts(3));
    for (let id = 0; id < 3; id++) {
      const spans = events.filter((event) => event.id === id);
      expect(spans.map(({ ph, name }) => `${ph} ${name}`).sort()).toEqual(
        [`request ${id}`, "queued", "prefill", "decode"].flatMap((name) => [`b ${name}`, `e ${name}`]).sort(),
      );
      const begin = (name: string) => spans.find((span) => span.ph === "b" && span.name === name)!.ts;
      expect([begin("queued"), begin("prefill")]).toEqual([
        begin(`request ${id}`),
        spans.find(({ ph, name }) => ph === "e" && name === "queued")!.ts,
      ]);
    }
  });

  test("of a window holds only what touches it", () => {
    const window = { startNs: 100_000, endNs: 200_000 };
    const requests = Array.from({ length: 20 }, (_, i) => ({ input: 10, output: 4, arrivalNs: 20_000 * i }));
    const whole = draw({ options: interleaved }, requests).events.filter(({ ph }) => ph === "X");
    const part = draw({ options: interleaved }, requests, window).events.filter(({ ph }) => ph === "X");
    const touching = whole.filter(({ ts, dur }) => ns(ts) < window.endNs && ns(ts) + ns(dur) > window.startNs);
    expect(part).toEqual(touching);
    expect(part.length).toBeGreaterThan(0);
    expect(part.length).toBeLessThan(whole.length);
  });
});
