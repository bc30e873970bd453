/**
 * @module
 * PIM beside each GPU, and in its memory: capacity, shares, energy and the numbered invariants, as for the host's.
 */
import { architectureOf } from "@tandem-sim/hardware";
import { parseText, replayText, toText } from "@tandem-sim/trace";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPlan, type InstancePlan, type IterationStart, inMode } from "../src/index.js";
import { checkInvariants, tinyPower } from "./invariants.js";
import {
  interleaved,
  onPim,
  type TinyCluster,
  tinyClusters,
  tinyInputs,
  tinyPlan,
  tinyRequests,
} from "./tiny-cluster.js";

const sites = {
  device: { attach: "device" },
  blocked: { attach: "gpu", access: "blocked" },
  concurrent: { attach: "gpu", access: "concurrent" },
} as const satisfies Record<string, Partial<TinyCluster>>;

type Site = keyof typeof sites;
const siteNames = Object.keys(sites) as Site[];

const instanceOf = (cluster: TinyCluster): InstancePlan => tinyPlan(cluster).instances[0] as InstancePlan;

/** Latency of an iteration's text trace, played by rows that know no stage table. */
function replayed({ plan, batch, division, table, replay }: IterationStart): number {
  const { rank, elementBytes, kvElementBytes, costs } = plan;
  const sizes = { model: rank, architecture: architectureOf(rank), elementBytes, kvElementBytes };
  const text = toText({ ...sizes, costs, batch, division, table, node: 0, replay });
  return replayText(parseText(text, "trace"), costs.pim?.access);
}

describe.each(siteNames)("PIM that is %s", (site) => {
  test("keeps the numbered invariants, and every iteration's text trace replays to its latency", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const options = { ...cluster.options, ...onPim };
        const plan = tinyPlan({ ...cluster, ...sites[site], channels: 32, options, power: tinyPower });
        checkInvariants(plan, requests, (iteration) => {
          expect(replayed(iteration), "invariant 7").toBe(iteration.played.latencyNs);
        });
      }),
      { numRuns: 25 },
    );
  });

  test("invariant 6: auto is never slower than always, nor than plain offload, on the same iteration", () => {
    const plan = tinyPlan({ ...sites[site], channels: 32, options: { ...interleaved, subBatchPolicy: "auto" } });
    const requests = Array.from({ length: 12 }, (_, i) => ({ input: 60 + i, output: 12, arrivalNs: 0 }));
    const { summary } = checkInvariants(plan, requests);
    expect(summary.interleaving.lost_ns).toBe(0);
  });
});

describe("beside the GPUs", () => {
  test("each has its own channels and link, for the heads of its rank", () => {
    const link = { bw: 10, latency: 100 };
    const [one, two] = [1, 2].map(
      (gpus) => instanceOf({ attach: "device", gpus, channels: 8, link, options: onPim }).pim,
    );
    expect([one?.copies, one?.channels, one?.linkGBps]).toEqual([1, 8, 10]);
    expect([two?.copies, two?.channels, two?.linkGBps]).toEqual([2, 8, 20]);
    // Four KV heads on four channels; two of them on two.
    expect([one?.layout.groups, two?.layout.groups]).toEqual([2, 4]);
    expect(two?.bytes.upBytes(1)).toBe((one?.bytes.upBytes(1) ?? 0) / 2);
    expect((two?.gemvGBps ?? 0) / (one?.gemvGBps ?? 1)).toBeCloseTo(2, 6);
  });

  test("two GPUs move as many bytes and compute as much as one, on twice the channels", () => {
    const requests = [{ input: 64, output: 20, arrivalNs: 0 }];
    const [one, two] = [1, 2].map(
      (gpus) =>
        checkInvariants(tinyPlan({ attach: "device", gpus, options: onPim, power: tinyPower }), requests).summary,
    );
    expect(two?.link_bytes.up).toBe(one?.link_bytes.up);
    expect(two?.instances[0]?.pim_channels).toBe(2 * (one?.instances[0]?.pim_channels ?? 0));
    expect((two?.energy_j?.pim_compute ?? 0) / (one?.energy_j?.pim_compute ?? 1)).toBeCloseTo(1, 1);
  });

  test("their background comes on top of the host memory's, of all of them", () => {
    const watts = (cluster: TinyCluster): number => {
      const plan = tinyPlan({ ...cluster, channels: 8, power: tinyPower });
      const { summary } = checkInvariants(plan, [{ input: 8, output: 2, arrivalNs: 0 }]);
      return (summary.energy_j?.dram ?? 0) / (summary.makespan_ns * 1e-9);
    };
    const { ownPim } = tinyPlan({ attach: "device", channels: 8 }).nodes[0] as {
      ownPim: { idleWattsPerChannel: number }[];
    };
    const channelW = ownPim[0]?.idleWattsPerChannel ?? 0;
    expect(channelW).toBeGreaterThan(0);
    const plain = watts({ attach: "gpu" });
    expect(watts({ attach: "device" }) - plain).toBeCloseTo(8 * channelW, 1);
  });
});

describe("in the GPU's memory", () => {
  test("KV has what the weights leave, spread evenly over the channels, in either phase", () => {
    for (const attnOffloadPhase of ["all", "decode"] as const) {
      const plan = instanceOf({ attach: "gpu", channels: 32, options: { ...onPim, attnOffloadPhase } });
      const perChannel = (32 * 2 ** 20 - plan.weightBytes) / 32;
      expect(plan.pim?.layout).toMatchObject({
        groups: 8,
        channelsPerGroup: 4,
        blocksPerGroup: Math.floor((4 * perChannel) / plan.blockBytes),
      });
      expect(plan.gpuBlocks).toBe(0);
    }
  });

  test("a memory that holds weights and not one block is refused, with the place", () => {
    const { weightBytes } = instanceOf({ attach: "gpu", channels: 32 });
    const channels = Math.ceil(weightBytes / 2 ** 20);
    const inputs = tinyInputs({ attach: "gpu", channels, options: { ...onPim, blockSize: 512 } });
    expect(() => createPlan(inputs)).toThrow(/has no room for one KV block/);
  });

  test("GPU and PIM at a time take two row buffers", () => {
    const inputs = tinyInputs({ attach: "gpu", access: "concurrent", channels: 32, options: onPim });
    const [instance] = inputs.nodes[0]?.instances ?? [];
    if (instance?.pim) instance.pim = { ...instance.pim, pim: { ...instance.pim.pim, row_buffers: 1 } };
    expect(() => createPlan(inputs)).toThrow(/one row buffer a bank/);
  });

  test("nothing moves over a link, and K and V of a prompt are there when the GPU has computed them", () => {
    const plan = tinyPlan({ attach: "gpu", channels: 32, options: { ...onPim, attnOffloadPhase: "decode" } });
    const { summary } = checkInvariants(plan, [{ input: 100, output: 1, arrivalNs: 0 }]);
    expect(summary.link_bytes).toEqual({ up: 0, down: 0 });
    expect(summary.instances[0]).toMatchObject({ link_up_busy: null, pim_busy: 0 });
  });

  test("in turn, nothing is hidden: an iteration takes what the GPU and PIM take, and interleaving never gains", () => {
    fc.assert(
      fc.property(tinyRequests, fc.constantFrom("all", "decode"), (requests, attnOffloadPhase) => {
        const options = { ...interleaved, attnOffloadPhase } as const;
        const plan = tinyPlan({ ...sites.blocked, channels: 32, options });
        const { summary } = checkInvariants(plan, requests, ({ table, played: { latencyNs, coveredNs } }) => {
          const { gpu, offload } = table.graph.on;
          expect((coveredNs[gpu] ?? 0) + (offload ? (coveredNs[offload.pim] ?? 0) : 0)).toBe(latencyNs);
        });
        // Prompts whose attention is on the GPU are costed as one long chunk there: halves of them take less.
        if (attnOffloadPhase === "all") expect(summary.interleaving.gained_ns).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  test("at a time, it does hide something", () => {
    const requests = Array.from({ length: 64 }, () => ({ input: 100, output: 30, arrivalNs: 0 }));
    const gained = (site: Site): number => {
      const options = { ...interleaved, attnOffloadPhase: "all", maxNumSeqs: 64 } as const;
      return checkInvariants(tinyPlan({ ...sites[site], channels: 32, options }), requests).summary.interleaving
        .gained_ns;
    };
    expect(gained("concurrent")).toBeGreaterThan(0);
    expect(gained("blocked")).toBe(0);
  });
});

test("an instance whose GPUs have PIM offloads in every mode that does, without any on the host", () => {
  const inputs = tinyInputs({ attach: "device" });
  expect(createPlan(inMode(inputs, "offload")).instances[0]?.pim?.attach).toBe("device");
  expect(createPlan(inMode(inputs, "gpu-only")).instances[0]?.pim).toBeNull();
});
