/**
 * KV offload to host memory: the invariants, and what it may and may not change against GPU-only.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createPlan,
  createSimulation,
  inMode,
  type KvTransfer,
  type RequestResult,
  type SimulationPlan,
  simulate,
} from "../src/index.js";
import { checkInvariants, tinyPower } from "./invariants.js";
import {
  type TinyCluster,
  type TinyRequest,
  tinyClusters,
  tinyInputs,
  tinyRequests,
  tinyWorkload,
} from "./tiny-cluster.js";
import { type WithItl, withItl } from "./with-itl.js";

const onHost = (cluster: TinyCluster) => createPlan(inMode(tinyInputs(cluster), "kv-offload"));
const gpuOnly = (cluster: TinyCluster) => createPlan(inMode(tinyInputs(cluster), "gpu-only"));

/** Host memory behind a link that takes no time; 1 ns is the least. */
const withoutDelay = (plan: SimulationPlan): SimulationPlan => ({
  ...plan,
  instances: plan.instances.map((instance) => ({
    ...instance,
    hostKv: instance.hostKv && { ...instance.hostKv, link: { bw: 1e9, latency: 0 } },
  })),
});

/** GPUs that are short of KV memory, and links from slow to fast. */
const short = fc
  .tuple(tinyClusters, fc.constantFrom(0.01, 1, 1000), fc.constantFrom(1, 8), fc.boolean())
  .map(([cluster, bw, channels, enableChunkedPrefill]) => ({
    ...cluster,
    gpuBlocks: 42,
    channels,
    link: { bw, latency: 100 },
    power: tinyPower,
    // Where prompts may not be cut, all of them fit into a step.
    options: enableChunkedPrefill
      ? cluster.options
      : { ...cluster.options, enableChunkedPrefill, maxNumBatchedTokens: 0 },
  }));

test("whatever arrives and whatever the link, all invariants hold; without a load it is GPU-only", () => {
  let loads = 0;
  fc.assert(
    fc.property(short, tinyRequests, (cluster, requests) => {
      const { results, summary } = checkInvariants(onHost(cluster), requests);
      loads += summary.kv_offload?.loads ?? 0;
      if (summary.kv_offload?.loads) return;
      const plain: WithItl[] = [];
      simulate(gpuOnly(cluster), [tinyWorkload(requests)], { onRequest: (result) => void plain.push(withItl(result)) });
      expect(results).toEqual(plain);
    }),
    { numRuns: 25, seed: 1 },
  );
  expect(loads).toBeGreaterThan(0);
});

test("behind a link that takes no time a small GPU is as good as one that is never full, a request at a time", () => {
  fc.assert(
    fc.property(tinyRequests, (given) => {
      const requests = given.map((request, i) => ({ ...request, arrivalNs: i * 1e9 }));
      const ttft = (plan: ReturnType<typeof onHost>): number[] => {
        const results: RequestResult[] = [];
        simulate(plan, [tinyWorkload(requests)], { onRequest: (result) => void results.push(result) });
        return results.map(({ ttftNs }) => ttftNs);
      };
      const large = ttft(gpuOnly({ gpuBlocks: 1000 }));
      // A transfer takes 1 ns at least.
      const waits = ttft(withoutDelay(onHost({ gpuBlocks: 40 }))).map((ns, id) => ns - large[id]!);
      expect(waits.filter((ns) => ns !== 0 && ns !== 1)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

/** Two requests that grow until only one has room. */
const outgrowing: TinyRequest[] = [0, 1].map((family) => ({ input: 60, output: 40, arrivalNs: 0, family }));
const tight = { gpuBlocks: 40, options: { enablePrefixCaching: false } };

describe("a preempted request", () => {
  test("is swapped where the link is faster than its prefill, and computed again where it is not", () => {
    const served = (bw: number) =>
      simulate(onHost({ ...tight, link: { bw, latency: 100 } }), [tinyWorkload(outgrowing)]);
    const [slow, fast] = [served(1e-3), served(100)];
    expect(slow.kv_offload).toMatchObject({ swaps: 0, loads: 0 });
    expect(fast.kv_offload?.swaps).toBeGreaterThan(0);
    expect(fast.recomputed_tokens).toBe(0);
    expect(slow.recomputed_tokens).toBeGreaterThan(60);
    expect(fast.makespan_ns).toBeLessThan(slow.makespan_ns);
  });
});

describe("what crosses the link", () => {
  const transfers: KvTransfer[] = [];
  const cluster = { ...tight, gpus: 2, link: { bw: 1, latency: 100 }, power: tinyPower };
  const plan = onHost(cluster);
  const simulation = createSimulation(plan, { onTransfer: (transfer) => void transfers.push(transfer) });
  simulation.push(tinyWorkload(outgrowing));
  const summary = simulation.finish();

  test("is moved by each GPU's own link, at its bandwidth, both of them at once", () => {
    const [{ blockBytes } = { blockBytes: 0 }] = plan.instances;
    const [first] = transfers;
    expect(first).toMatchObject({ direction: "up", bytes: 2 * first!.blocks * blockBytes });
    expect(first!.endNs - first!.startNs).toBe(100 + first!.blocks * blockBytes);
  });

  test("comes back behind its way up", () => {
    const [up, down] = (["up", "down"] as const).map((way) => transfers.find(({ direction }) => direction === way));
    expect(down!.startNs).toBeGreaterThanOrEqual(up!.endNs);
  });

  test("is what the summary counts, busy shares and energy included", () => {
    const bytes = (way: string) =>
      transfers.reduce((sum, transfer) => sum + (transfer.direction === way ? transfer.bytes : 0), 0);
    expect(summary.link_bytes).toMatchObject({ up: bytes("up"), down: bytes("down") });
    const busyNs = transfers.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
    const { link_up_busy: up, link_down_busy: down } = summary.instances[0]!;
    expect(((up ?? 0) + (down ?? 0)) * summary.makespan_ns).toBeCloseTo(busyNs, 3);
    const { num_links, idle_power, energy_per_bit } = tinyPower.link;
    const idle = num_links * idle_power * summary.makespan_ns * 1e-9;
    const between = summary.link_bytes.between_gpus ?? 0;
    expect(summary.energy_j?.link).toBeCloseTo(
      idle + (bytes("up") + bytes("down") + between) * 8 * energy_per_bit * 1e-12,
      12,
    );
  });
});

test.each([
  ["more of it than the node has", { kvOffloadGib: 1 }, /E_CAPACITY.*1 GiB of KV in 0\.0078125 GiB/],
  ["less than a block of it", { kvOffloadGib: 1e-9 }, /E_CAPACITY.*not one KV block/],
  ["KV on PIM", { enableAttnOffloading: true }, /E_USAGE.*on PIM already/],
])("host memory is refused: %s", (_, options, message) => {
  const refused = (): unknown => createPlan(tinyInputs({ options: { kvOffload: "host", ...options } }));
  expect(() => {
    try {
      refused();
    } catch (error) {
      throw new Error(`${(error as { code?: string }).code}: ${(error as Error).message}`);
    }
  }).toThrow(message);
});
