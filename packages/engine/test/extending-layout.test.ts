/**
 * @module
 * Layouts of KV on channels that no source knows: each is one function, and a whole simulation runs on it.
 */
import { architectureOf, type LayOut, pimSystems } from "@tandem-sim/hardware";
import { attentionShape, PimSharing } from "@tandem-sim/schemas";
import { parseText, replayText, toText } from "@tandem-sim/trace";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type IterationStart, type SimulationPlan, simulate } from "../src/index.js";
import { checkInvariants, tinyPower } from "./invariants.js";
import { interleaved, onPim, tinyClusters, tinyPlan, tinyRequests, tinyWorkload } from "./tiny-cluster.js";

/** A request's heads all on one channel, as NeuPIMs lays them (Heo et al., ASPLOS 2024): no channel waits for another. */
const channelPerRequest: LayOut = ({ channels, channelBytes, blockBytes }) => ({
  name: "channel-per-request",
  groups: channels,
  channelsPerGroup: 1,
  blocksPerGroup: Math.floor(channelBytes / blockBytes),
});

/** Two groups of two channels, however many there are: the others stay idle. */
const fourChannels: LayOut = ({ channelBytes, blockBytes }) => ({
  name: "four-channels",
  groups: 2,
  channelsPerGroup: 2,
  blocksPerGroup: Math.floor((2 * channelBytes) / blockBytes),
});

/** A plan whose PIM systems lay KV out in another way. */
function laidOut(plan: SimulationPlan, layOut: LayOut): SimulationPlan {
  const instances = plan.instances.map((instance) => {
    const { pim: given, model, options, blockBytes, elementBytes, kvElementBytes, costs } = instance;
    if (!given) return instance;
    const { device, firstChannel, channels, linkGBps } = given;
    if (linkGBps === null) return instance;
    const pim = pimSystems.host({
      device,
      firstChannel,
      channels,
      copies: 1,
      layOut,
      blockBytes,
      shape: attentionShape(model),
      elementBytes,
      kvElementBytes,
      sharing: PimSharing.parse({}),
      link: { bw: linkGBps, latency: 100 },
      phase: options.attnOffloadPhase,
      withEnergy: given.energy !== null,
      where: "test",
    });
    return { ...instance, pim, costs: { ...costs, pim } };
  });
  return { ...plan, instances };
}

/** Latency of an iteration's text trace, played by rows that know no stage table. */
function replayed({ plan, batch, division, table }: IterationStart): number {
  const { model, elementBytes, kvElementBytes, costs } = plan;
  const sizes = { model, architecture: architectureOf(model), elementBytes, kvElementBytes };
  return replayText(parseText(toText({ ...sizes, costs, batch, division, table, node: 0 }), "trace"));
}

describe.each([
  { name: "a channel per request", layOut: channelPerRequest, groups: 16 },
  { name: "two groups of two channels", layOut: fourChannels, groups: 2 },
])("on $name", ({ layOut, groups }) => {
  test("any workload keeps the numbered invariants, and every iteration's text trace replays to its latency", () => {
    fc.assert(
      fc.property(tinyClusters, tinyRequests, (cluster, requests) => {
        const options = { ...cluster.options, ...interleaved };
        checkInvariants(laidOut(tinyPlan({ ...cluster, options, power: tinyPower }), layOut), requests, (iteration) => {
          expect(replayed(iteration), "invariant 7").toBe(iteration.played.latencyNs);
        });
      }),
      { numRuns: 25 },
    );
  });

  test("requests are on every group, and on no other", () => {
    const plan = laidOut(tinyPlan({ channels: 16, options: onPim }), layOut);
    const requests = Array.from({ length: 32 }, () => ({ input: 20, output: 8, arrivalNs: 0 }));
    const used = new Set<number>();
    simulate(plan, [tinyWorkload(requests)], {
      onIteration: ({ batch }) => void batch.group.subarray(0, batch.size).forEach((group) => void used.add(group)),
    });
    expect([...used].sort((a, b) => a - b)).toEqual([...Array(groups).keys()]);
  });
});

test("a layout's figures are those of its channels: time of all heads, room of one channel, bandwidth of all", () => {
  const plan = tinyPlan({ channels: 16, options: onPim });
  const [spread] = plan.instances;
  const [whole] = laidOut(plan, channelPerRequest).instances;
  const [before, after] = [spread?.pim, whole?.pim];
  if (!before || !after) throw new Error("no offload");
  expect(before.layout).toMatchObject({ groups: 4, channelsPerGroup: 4, blocksPerGroup: 682 });
  expect(after.layout).toMatchObject({ groups: 16, channelsPerGroup: 1, blocksPerGroup: 170 });
  // Four times the heads on a channel, and the refresh is in proportion.
  expect(after.attention.decodeNs(256) / before.attention.decodeNs(256)).toBeCloseTo(4, 1);
  expect(after.gemvGBps / before.gemvGBps).toBeCloseTo(1, 4);
});
