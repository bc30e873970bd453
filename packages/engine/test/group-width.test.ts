/**
 * @module
 * Channels that share the heads of a request, from all that can to NeuPIMs' one.
 */

import { architectureOf } from "@tandem-sim/hardware";
import { InstanceOptions } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import { parseText, replayText, toText } from "@tandem-sim/trace";
import { describe, expect, test } from "vitest";
import { createPlan, type SimulationPlan } from "../src/index.js";
import { checkInvariants } from "./invariants.js";

/** The bundled node, 64 DDR4 channels and 8 KV heads, with groups of that width. */
function planOf(width: number | undefined, options: Partial<InstanceOptions> = {}): SimulationPlan {
  const inputs = loadClusterInputs(
    "single_node_pim_instance",
    InstanceOptions.parse({ enableAttnOffloading: true, enableSubBatchInterleaving: true, ...options }),
    {
      change: (cluster) => ({
        ...cluster,
        nodes: cluster.nodes.map((node) => ({
          ...node,
          cpu_mem: {
            ...node.cpu_mem,
            pim: {
              share: 1,
              queries_per_row: 1,
              stripe_tokens: 0,
              ...(width === undefined ? {} : { channels_per_group: width }),
            },
          },
        })),
      }),
    },
  );
  return createPlan(inputs);
}

const pimOf = (plan: SimulationPlan) => {
  const pim = plan.instances[0]?.pim;
  if (!pim) throw new Error("no offload");
  return pim;
};

const requests = Array.from({ length: 12 }, (_, i) => ({
  input: 50 + 17 * i,
  output: 4 + (i % 3),
  arrivalNs: i * 1e6,
}));

describe.each([1, 2, 4, 8])("groups of %i", (width) => {
  test("keep the numbered invariants, and every iteration's text trace replays to its latency", () => {
    checkInvariants(planOf(width), requests, ({ plan, batch, division, table, played }) => {
      const { model, elementBytes, kvElementBytes, costs } = plan;
      const sizes = { model, architecture: architectureOf(model), elementBytes, kvElementBytes };
      const text = toText({ ...sizes, costs, batch, division, table, node: 0 });
      expect(replayText(parseText(text, "trace")), "invariant 7").toBe(played.latencyNs);
    });
  });

  test("are 64 / width, take the time of their heads, and have the bandwidth of all channels", () => {
    const [narrow, widest] = [pimOf(planOf(width)), pimOf(planOf(8))];
    expect(narrow.layout).toMatchObject({ groups: 64 / width, channelsPerGroup: width });
    expect(narrow.attention.decodeNs(1024) / widest.attention.decodeNs(1024)).toBeCloseTo(8 / width, 1);
    expect(narrow.gemvGBps / widest.gemvGBps).toBeCloseTo(1, 3);
  });
});

test("as many as can is the default", () => {
  expect(pimOf(planOf(undefined)).layout).toEqual(pimOf(planOf(8)).layout);
});

test("a decode takes longer on one channel than on eight, alone much more than among as many as there are channels", () => {
  const tpotMs = (width: number, count: number) =>
    checkInvariants(
      planOf(width, { attnOffloadPhase: "decode" }),
      Array.from({ length: count }, () => ({ input: 600, output: 16, arrivalNs: 0 })),
    ).summary.tpot_ms.mean;
  const [alone, many] = [tpotMs(1, 1) / tpotMs(8, 1), tpotMs(1, 64) / tpotMs(8, 64)];
  expect(alone).toBeGreaterThan(1.5);
  expect(many).toBeGreaterThan(0.9);
  expect(many).toBeLessThan(alone / 1.3);
});

test("a width that does not divide the KV heads is refused with its place in the config", () => {
  expect(() => planOf(3)).toThrow(
    /single_node_pim_instance.*\$\.nodes\[0\]\.cpu_mem\.pim\.channels_per_group: 3 channels cannot share 8 KV heads/,
  );
});
