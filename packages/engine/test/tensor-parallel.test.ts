/**
 * @module
 * Instances of several GPUs, worked out by hand for Llama-3.1-8B (see `capacity.test.ts`): 32 heads and 8 KV heads of 128,
 * hidden 4096, 32 layers.
 */
import type { Batch } from "@tandem-sim/scheduler";
import { InstanceOptions, Summary } from "@tandem-sim/schemas";
import { findWorkloadFile } from "@tandem-sim/schemas/node";
import {
  createBatchTable,
  createDecoderGraph,
  createPlayed,
  type Division,
  fillTable,
  type IssueOrder,
  inTurn,
  issueOrders,
  Player,
  shapeOf,
} from "@tandem-sim/trace";
import { loadWorkload } from "@tandem-sim/workload/node";
import { describe, expect, test } from "vitest";
import {
  createPlan,
  createSimulation,
  type InstancePlan,
  type IterationStart,
  inMode,
  modeNames,
  type PlanInputs,
  refuseUnsupported,
  simulate,
  Timeline,
} from "../src/index.js";
import { checkInvariants, tinyPower } from "./invariants.js";
import { interleaved, onPim, tinyPlan, tinyWorkload } from "./tiny-cluster.js";
import { severalGpus, throughHost } from "./two-gpus.js";

const instanceOf = (inputs: PlanInputs): InstancePlan => createPlan(inputs).instances[0]!;
const change = (gpus: number, fields: object, link = throughHost): PlanInputs => {
  const inputs = severalGpus(gpus, {}, link);
  Object.assign(inputs.cluster.nodes[0]!.instances[0]!, fields);
  return inputs;
};

describe("each GPU", () => {
  // A layer: 41,943,040 of attention and 176,160,768 of the MLP halved, 8,192 of norms whole; the last norm's 4,096; half of
  // the embedding and of the head, 2 x 64,128 x 4096.
  test("of two holds half of the weights and all norms", () => {
    expect(instanceOf(severalGpus(2)).weightBytes).toBe(2 * (32 * (109_051_904 + 8_192) + 4_096 + 525_336_576));
  });

  // 16 tokens x 32 layers x 2 x 4 heads x 128 x 2 bytes. 0.9 x 96 x 2^30 - 8,030,531,584 = 84,740,762,009 bytes.
  test("keeps the K and V of its heads, so that more tokens fit", () => {
    const { blockBytes, pimBlockBytes, gpuBlocks } = instanceOf(severalGpus(2));
    expect([blockBytes, pimBlockBytes]).toEqual([1_048_576, 2_097_152]);
    expect(gpuBlocks).toBe(80_815);
  });

  test("keeps one KV head where there are more GPUs than those", () => {
    expect([8, 16, 32].map((gpus) => instanceOf(severalGpus(gpus)).blockBytes)).toEqual([262_144, 262_144, 262_144]);
  });

  test("has a host link of its own, and PIM keeps all heads once", () => {
    const [one, two] = [1, 2].map((gpus) => instanceOf(severalGpus(gpus, { enableAttnOffloading: true })));
    expect([one!.pim!.linkGBps, two!.pim!.linkGBps]).toEqual([64, 128]);
    expect(two!.pim!.bytes.upBytes(1)).toBe(one!.pim!.bytes.upBytes(1));
    expect(two!.pim!.layout).toEqual(one!.pim!.layout);
    expect([one!.gpuBandwidthGBps, two!.gpuBandwidthGBps]).toEqual([1597, 2 * 1597]);
  });
});

describe("all-reduces", () => {
  // 64 tokens x 4096 x 2 bytes: pieces of 262,144. 2 x floor(20,000 + 262,144 / 17.18) + 3 x floor(262,144 / 1597) + 3 x 10.
  test("add up the activations of all tokens, in a ring over the link of the config", () => {
    const { collective } = instanceOf(severalGpus(2)).costs;
    expect(collective?.bytes(64)).toBe(524_288);
    expect(collective?.allReduceNs(524_288)).toBe(2 * 35_258 + 3 * 164 + 30);
    expect(instanceOf(severalGpus(1)).costs.collective).toBeNull();
  });

  test.each([
    [{ link_latency: 1000 }, /\$\.link_bw: 2 GPUs of an instance need a link between them/],
    [{ link_bw: 16 }, /\$\.link_latency: 2 GPUs of an instance need a link between them/],
  ])("need a link: with %j alone the field that is missing is named", (link, message) => {
    expect(() => createPlan(severalGpus(2, {}, link))).toThrow(message);
  });
});

describe("numbers of GPUs that cannot be are refused by name", () => {
  test.each([
    [
      change(2, { num_npus: 4 }),
      /\$\.nodes\[0\]\.instances\[0\]\.num_npus: 4, where tensor parallelism \(tp_size\) is over 2 GPUs/,
    ],
    [change(2, { npu_num: 1 }), /npu_num: 1, where tensor parallelism/],
    [change(2, { npu_group: 4 }), /npu_group: 4, where tensor parallelism/],
    [
      change(1, { num_npus: 2, tp_size: undefined }),
      /num_npus: 2, where tensor parallelism \(tp_size\) is over 1 GPUs/,
    ],
    [change(2, { pp_size: 2 }), /pp_size: pipeline parallelism is not simulated yet/],
    [change(3, {}), /\$\.nodes\[0\]\.instances\[0\]\.tp_size: 3 GPUs cannot share 32 query heads evenly/],
  ])("case %#", (inputs, message) => {
    expect(() => createPlan(inputs)).toThrow(message);
  });

  test("and those that agree are not", () => {
    const { cluster, source } = change(2, { num_npus: 2, npu_num: 2, npu_group: 1 });
    expect(() => refuseUnsupported(cluster, source)).not.toThrow();
  });
});

const prompts = Array.from({ length: 12 }, (_, i) => ({ input: 20 + i, output: 10, arrivalNs: 0 }));

function iterationsOf(options: Partial<InstanceOptions>, look: (iteration: IterationStart) => void): void {
  simulate(tinyPlan({ gpus: 2, options }), [tinyWorkload(prompts)], { onIteration: look });
}

describe("an iteration", () => {
  test("undivided takes its dense layers, its attention and two all-reduces a layer", () => {
    iterationsOf({}, ({ plan, batch, table, played }) => {
      const { collective, layers } = plan.costs;
      const reduceNs = collective!.allReduceNs(collective!.bytes(batch.totalTokens));
      const { gpu, collective: links } = table.graph.on;
      expect(played.coveredNs[links!]).toBe(2 * layers * reduceNs);
      expect(played.latencyNs).toBe(played.coveredNs[gpu]! + 2 * layers * reduceNs);
    });
  });

  test("in two halves runs in the order in which it is shortest", () => {
    const won = issueOrders.map(() => 0);
    iterationsOf({ ...interleaved, attnOffloadPhase: "decode" }, ({ plan, batch, played, division }) => {
      if (!division) return;
      const latencies = issueOrders.map((order) => latencyNs(plan, batch, division, order));
      expect(played.latencyNs).toBe(Math.min(...latencies));
      won[latencies.indexOf(played.latencyNs)]!++;
    });
    expect(Math.max(...won.slice(1))).toBeGreaterThan(0);
  });

  test("on one GPU runs in turn: there is nothing else to hide", () => {
    const plan = tinyPlan({ options: interleaved });
    simulate(plan, [tinyWorkload(prompts)], {
      onIteration: ({ plan: own, batch, played, division }) => {
        if (division) expect(played.latencyNs).toBe(latencyNs(own, batch, division, inTurn));
      },
    });
  });
});

/** A divided batch in one order. */
function latencyNs({ costs }: InstancePlan, batch: Batch, division: Division, order: IssueOrder): number {
  const graph = createDecoderGraph({ ...shapeOf(costs), subBatches: division.count, order });
  const table = createBatchTable(graph);
  fillTable(table, batch, division, costs);
  const played = createPlayed(graph);
  new Player(graph).play(table, played);
  return played.latencyNs;
}

test("energy counts every GPU, and bytes between them on the link alone", () => {
  const run = (gpus: number) => {
    const simulation = createSimulation(tinyPlan({ gpus, options: onPim, power: tinyPower }));
    simulation.push(tinyWorkload(prompts));
    return simulation.finish();
  };
  const { npu, link } = tinyPower;
  const { active_power, standby_power } = npu.TINY!;
  const { energy_j, gpu_busy, makespan_ns, link_bytes, instances } = run(2);
  const seconds = makespan_ns / 1e9;
  expect(energy_j!.npu_active).toBeCloseTo(2 * active_power * gpu_busy * seconds, 9);
  expect(energy_j!.npu_standby).toBeCloseTo(2 * standby_power * (1 - gpu_busy) * seconds, 9);
  const { up, down, between_gpus = 0 } = link_bytes;
  expect(between_gpus).toBeGreaterThan(0);
  expect(energy_j!.link).toBeCloseTo(
    link.num_links * link.idle_power * seconds + (up + down + between_gpus) * 8 * link.energy_per_bit * 1e-12,
    12,
  );
  expect([instances[0]!.gpus, instances[0]!.collective_busy! > 0]).toEqual([2, true]);
  expect([run(1).instances[0]!.gpus, run(1).link_bytes.between_gpus]).toEqual([undefined, undefined]);
});

test("what an all-reduce moves is drawn on a track of its own", () => {
  const pieces: string[] = [];
  const plan = tinyPlan({ gpus: 2, options: interleaved });
  const timeline = new Timeline(plan, { startNs: 0, endNs: Number.POSITIVE_INFINITY }, (text) => pieces.push(text));
  simulate(plan, [tinyWorkload(prompts)], { onIteration: (iteration) => timeline.iteration(iteration) });
  timeline.end();
  const { traceEvents } = JSON.parse(pieces.join("")) as {
    traceEvents: { name: string; tid: number; args?: { name?: string; bytes?: number } }[];
  };
  const track = traceEvents.find(({ args }) => args?.name === "all-reduce")?.tid;
  const drawn = traceEvents.filter(({ tid, name }) => tid === track && name.startsWith("allreduce"));
  expect(drawn.length).toBeGreaterThan(0);
  for (const { name, args } of drawn) {
    expect(name).toMatch(/^allreduce [123]( sub-batch [12])?$/);
    // Each of two GPUs sends a token's 256 x 2 bytes.
    expect(args!.bytes! % (2 * 512)).toBe(0);
  }
});

test("the numbered invariants hold with offload, interleaving and two GPUs together", () => {
  for (const attnOffloadPhase of ["all", "decode"] as const)
    checkInvariants(tinyPlan({ gpus: 2, options: { ...interleaved, attnOffloadPhase }, power: tinyPower }), prompts);
});

describe("the bundled workload `mixed` on two GPUs that nobody has measured gives what it gave", () => {
  test.each(modeNames)("%s", async (mode) => {
    const options = { attnOffloadPhase: "decode" } as const;
    const plan = createPlan(inMode(severalGpus(2, InstanceOptions.parse(options)), mode));
    const summary = simulate(plan, await loadWorkload(findWorkloadFile("mixed")));
    expect(Summary.safeParse(summary).error).toBeUndefined();
    const { makespan_ns, ttft_ms, tpot_ms, interleaving, link_bytes, energy_j, idle, instances } = summary;
    expect({
      makespan_ns,
      ttft_mean_ms: ttft_ms.mean,
      tpot_mean_ms: tpot_ms.mean,
      interleaving,
      link_bytes,
      waiting_for_collective: idle.gpu.waiting_for_collective,
      collective_busy: instances[0]?.collective_busy,
      energy_j: Math.round(energy_j?.total ?? 0),
    }).toMatchSnapshot();
  });
});
