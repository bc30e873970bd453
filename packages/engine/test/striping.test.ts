/**
 * @module
 * Requests striped over all channel groups: what fits, who finds whose prefix, and what it costs besides attention.
 * `tinyClusters` has stripes too, so that the numbered invariants hold with them.
 */
import { InstanceOptions } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canServe } from "../src/check-request.js";
import { createPlan, simulate } from "../src/index.js";
import { checkInvariants, tinyPower } from "./invariants.js";
import { interleaved, onPim, tinyPlan, tinyRequests, tinyWorkload } from "./tiny-cluster.js";

/** 64 HBM3 channels of 512 MiB: each of the 8 groups has room for 32,768 tokens, and the prompt's KV is on PIM alone. */
function hbm3(stripeTokens: number) {
  const inputs = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({ enableAttnOffloading: true }), {
    change: (cluster) => {
      for (const { cpu_mem } of cluster.nodes)
        Object.assign(cpu_mem, {
          pim_config: "HBM3_512MB_6400_pim",
          mem_size: 32,
          pim: { share: 1, queries_per_row: 1, stripe_tokens: stripeTokens },
        });
      return cluster;
    },
  });
  const [instance] = createPlan(inputs).instances;
  if (!instance) throw new Error("no instance");
  return instance;
}

describe("a request", () => {
  test("that no group has room for fits where all together have", () => {
    expect(canServe(hbm3(0), 32_768, 256)).toBe(false);
    expect(canServe(hbm3(1024), 32_768, 256)).toBe(true);
    expect(canServe(hbm3(1024), 131_000, 72)).toBe(true);
  });

  test("does not fit where its first group is too small for its part", () => {
    const small = tinyPlan({ channels: 8, stripeTokens: 32, options: onPim }).instances[0]!;
    // Two groups of 682 blocks of 4 tokens: 5,456 in all, of which stripes put 684 blocks on the first.
    const room = { ...small, maxModelLen: 10_000 };
    expect(canServe(room, 5424, 1)).toBe(true);
    expect(canServe(room, 5456, 1)).toBe(false);
  });
});

test("stripes that cut KV blocks are refused with their place", () => {
  expect(() => hbm3(24)).toThrow(/cpu_mem\.pim\.stripe_tokens: stripes of 24 tokens cut KV blocks of 16/);
});

test("on a single group there is nothing to stripe: all is as without", () => {
  fc.assert(
    fc.property(tinyRequests, (requests) => {
      const run = (stripeTokens: number) =>
        simulate(tinyPlan({ channels: 4, stripeTokens, options: interleaved }), [tinyWorkload(requests)]);
      expect(run(8)).toEqual(run(0));
    }),
    { numRuns: 10 },
  );
});

test("short requests are whole: their iterations take as long as without stripes", () => {
  const requests = Array.from({ length: 12 }, (_, i) => ({ input: 20 + i, output: 8, arrivalNs: 0 }));
  const run = (stripeTokens: number) =>
    simulate(tinyPlan({ channels: 16, stripeTokens, options: interleaved }), [tinyWorkload(requests)]);
  expect(run(64)).toEqual(run(0));
});

test("prefix hits come of requests that start on the same group, and move as many bytes as whole", () => {
  const requests = [0, 5e6, 10e6].map((arrivalNs) => ({ input: 100, output: 8, arrivalNs, family: 1, shared: 96 }));
  const options = { ...onPim, attnOffloadPhase: "decode" } as const;
  const run = (stripeTokens: number) =>
    checkInvariants(tinyPlan({ channels: 16, stripeTokens, options, power: tinyPower }), requests).summary;
  const [whole, striped] = [run(0), run(8)];
  expect(striped.prefix_hit_tokens).toBe(2 * 96);
  expect(striped.prefix_hit_tokens).toBe(whole.prefix_hit_tokens);
  expect(striped.link_bytes.up).toBe(whole.link_bytes.up);
  // Partial results of all groups come down, and are no bytes of the link where the GPU merges them.
  expect(striped.link_bytes.down).toBeGreaterThan(whole.link_bytes.down);
  const { link = 0 } = striped.energy_j ?? {};
  const idleJ = (striped.makespan_ns / 1e9) * tinyPower.link.num_links * tinyPower.link.idle_power;
  const bytes = striped.link_bytes.up + striped.link_bytes.down;
  expect(link - idleJ).toBeCloseTo(bytes * 8 * tinyPower.link.energy_per_bit * 1e-12, 9);
});

test("a preemption may take any request: all draw on the same blocks", () => {
  // Three requests of up to 1,300 tokens on two groups of 2,728 tokens.
  const requests = Array.from({ length: 6 }, () => ({ input: 700, output: 600, arrivalNs: 0 }));
  const { summary } = checkInvariants(
    tinyPlan({ channels: 8, stripeTokens: 8, options: { ...onPim, reserveFullIsl: false } }),
    requests,
  );
  expect(summary.preemptions).toBeGreaterThan(0);
});
