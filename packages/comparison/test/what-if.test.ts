import { createPlan, inMode, modeNames, type PlanInputs, simulate } from "@tandem-sim/engine";
import { InstanceOptions, type Summary } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import { generateWorkload } from "@tandem-sim/workload";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composition, flipsOf, type ModeOutcome, type Serve, whatIf } from "../src/index.js";
import { summaryWith } from "./hand-made.js";

const inputs = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({ attnOffloadPhase: "decode" }));
const samples = { ttft: [], tpot: [], latency: [] };
const optionsOf = ({ nodes }: PlanInputs): InstanceOptions => nodes[0]?.instances[0]?.options as InstanceOptions;
const pimOf = ({ cluster }: PlanInputs): number => cluster.nodes[0]?.cpu_mem.mem_size ?? 0;

describe("flips, where auto takes what a rule says", () => {
  /** Makespan of GPU-only is 1 s; that of auto follows from PIM and the limit of requests. */
  const serveBy =
    (autoNs: (pimGiB: number, sequences: number) => number, asked: string[] = []): Serve =>
    async (changed, what) => {
      asked.push(what);
      const { enableAttnOffloading, maxNumSeqs } = optionsOf(changed);
      const makespan_ns = enableAttnOffloading ? autoNs(pimOf(changed), maxNumSeqs) : 1e9;
      return { summary: summaryWith({ makespan_ns, held: { sequences: 1, tokens: 0, memory: 0 } }), samples };
    };
  const flips = async (autoNs: (pimGiB: number, sequences: number) => number, asked?: string[]) => {
    const serve = serveBy(autoNs, asked);
    const summary = async (mode: "auto" | "gpu-only"): Promise<Summary> => {
      const outcome = await serve(inMode(inputs, mode), mode);
      return "summary" in outcome ? outcome.summary : summaryWith();
    };
    const pair = { auto: await summary("auto"), gpuOnly: await summary("gpu-only") };
    const [inPim, inBatch] = await flipsOf(inputs, pair, "makespan", serve);
    return { inPim, inBatch };
  };

  test("lie between neighbours of the grid, one on each side of the rule", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 65, max: 4095 }), async (threshold) => {
        const { inPim } = await flips((pimGiB) => 1e9 * (threshold / pimGiB) ** 0.3);
        expect(inPim?.flipped).not.toBeNull();
        const [same, flipped] = [inPim?.same.value ?? 0, inPim?.flipped?.value ?? 0];
        // 512 GiB are 8 groups: a group is 64 GiB.
        expect(Math.abs(same - flipped)).toBeLessThanOrEqual(64);
        expect(same > threshold).toBe(512 > threshold);
        expect(flipped > threshold).toBe(!(512 > threshold));
      }),
      { numRuns: 100 },
    );
  });

  test("are looked for up to eight times the PIM, and to the number of requests", async () => {
    const asked: string[] = [];
    const { inPim, inBatch } = await flips(() => 2e9, asked);
    expect(inPim).toMatchObject({ here: { value: 512 }, same: { value: 4096, ratio: 2 }, flipped: null });
    // 100 requests at a limit of 128: there is no larger batch.
    expect(inBatch).toMatchObject({ here: { value: 128 }, same: { value: 128 }, flipped: null });
    expect(asked).toContain("auto with 1024 GiB of PIM");
  });

  test("in the batch: from so many requests at a time", async () => {
    const { inBatch } = await flips((_, sequences) => 1e9 * (sequences / 70) ** -0.5);
    expect(inBatch).toMatchObject({ same: { value: 80 }, flipped: { value: 64 } });
  });
});

describe("of a real load", () => {
  const load = [
    ...generateWorkload({
      requests: 24,
      seed: 3,
      arrivals: { process: "poisson", requestsPerSecond: 40 },
      inputTokens: { kind: "uniform", min: 16, max: 400 },
      outputTokens: { kind: "uniform", min: 4, max: 40 },
    }),
  ];
  const asked: string[] = [];
  const serve: Serve = async (changed, what): Promise<ModeOutcome> => {
    asked.push(what);
    return { summary: simulate(createPlan(changed), load), samples };
  };
  const served = new Map(modeNames.map((mode) => [mode, simulate(createPlan(inMode(inputs, mode)), load)]));

  test.each(["offload", "interleave", "auto"])("the steps from GPU-only to %s add up", async (to) => {
    const found = await composition(inputs, served, to, serve);
    if (!found) throw new Error("every mode serves this load");
    for (const key of ["makespan_ns", "ttft_ms", "queuing_ms", "tpot_ms"] as const) {
      const end = found.steps.reduce((sum, step) => sum + step[key], found.from[key]);
      const reached = served.get(to as "auto");
      expect(end).toBeCloseTo(key === "makespan_ns" ? (reached?.[key] ?? 0) : (reached?.[key].mean ?? 0), 6);
    }
    expect(found.steps.map(({ cause }) => cause)).toEqual(
      ["two attention kernels", "KV room of PIM", "attention on PIM", "overlap"].slice(0, to === "offload" ? 3 : 4),
    );
  });

  test("a GPU with two attention kernels is never slower, and KV room changes nothing where nobody waits for it", async () => {
    const found = await composition(inputs, served, "interleave", serve);
    const [kernels, room] = found?.steps ?? [];
    expect(kernels?.makespan_ns).toBeLessThan(0);
    expect(room).toEqual({ cause: "KV room of PIM", makespan_ns: 0, ttft_ms: 0, queuing_ms: 0, tpot_ms: 0 });
  });

  test("what if: the best offloaded mode is taken apart", async () => {
    const found = await whatIf(inputs, served, serve);
    const makespan = (mode: string): number => served.get(mode as "auto")?.makespan_ns ?? 0;
    expect(["offload", "interleave", "auto"].map(makespan)).toContain(makespan(found?.composition?.to ?? ""));
    expect(Math.min(makespan("offload"), makespan("interleave"), makespan("auto"))).toBe(
      makespan(found?.composition?.to ?? ""),
    );
    expect(found?.flips.map(({ axis }) => axis)).toEqual(["mem_size", "max_num_seqs"]);
  });

  test("nothing is run again where GPU-only does not fit", async () => {
    const before = asked.length;
    expect(await whatIf(inputs, new Map([...served].filter(([mode]) => mode !== "gpu-only")), serve)).toBeNull();
    expect(asked).toHaveLength(before);
  });
});
