import { addSample, emptySamples, type ModeOutcome, type Serve, servedModes, whatIf } from "@tandem-sim/comparison";
import { checkWorkload, createPlan, inMode, modeNames, type PlanInputs, simulate } from "@tandem-sim/engine";
import { InstanceOptions, type Summary, TandemError, type Verdict } from "@tandem-sim/schemas";
import { loadClusterInputs } from "@tandem-sim/schemas/node";
import { generateWorkload, type RequestChunk } from "@tandem-sim/workload";
import fc from "fast-check";
import { expect, test } from "vitest";
import { comparisonRows, deviceRows, verdictOn } from "../src/index.js";

const bundled = loadClusterInputs("single_node_pim_instance", InstanceOptions.parse({}));

interface Drawn {
  pimGiB: number;
  gpuGiB: number;
  linkGBps: number;
  options: Partial<InstanceOptions>;
  requests: number;
  seed: number;
  rate: number;
  input: number;
  output: number;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  pimGiB: fc.constantFrom(64, 128, 256, 512),
  gpuGiB: fc.constantFrom(17, 18, 20, 96),
  linkGBps: fc.constantFrom(1, 4, 64),
  options: fc.record({
    maxNumSeqs: fc.constantFrom(1, 4, 16, 128),
    blockSize: fc.constantFrom(64, 256),
    attnOffloadPhase: fc.constantFrom("all", "decode"),
    subBatchSplit: fc.constantFrom("tokens", "requests", "cost", "chunk"),
    gpuMixedAttention: fc.constantFrom("fused", "separate"),
  }),
  requests: fc.integer({ min: 1, max: 12 }),
  seed: fc.nat(1000),
  rate: fc.constantFrom(5, 100, Number.POSITIVE_INFINITY),
  input: fc.integer({ min: 1, max: 2000 }),
  output: fc.integer({ min: 1, max: 16 }),
});

/** The bundled cluster with other memories, link and options. */
const inputsOf = ({ pimGiB, gpuGiB, linkGBps, options }: Drawn): PlanInputs => ({
  ...bundled,
  cluster: {
    ...bundled.cluster,
    nodes: bundled.cluster.nodes.map((node) => ({
      ...node,
      cpu_mem: { ...node.cpu_mem, mem_size: pimGiB, pim_link: { bw: linkGBps, latency: 1000 } },
      instances: node.instances.map((one) => ({ ...one, npu_mem: { ...one.npu_mem, mem_size: gpuGiB } })),
    })),
  },
  nodes: bundled.nodes.map((node) => ({
    ...node,
    instances: node.instances.map((one) => ({ ...one, options: { ...one.options, ...options } })),
  })),
});

const loadOf = ({ requests, seed, rate, input, output }: Drawn): RequestChunk[] => [
  ...generateWorkload({
    requests,
    seed,
    arrivals: { process: Number.isFinite(rate) ? "poisson" : "constant", requestsPerSecond: rate },
    inputTokens: { kind: "uniform", min: 1, max: input },
    outputTokens: { kind: "uniform", min: 1, max: output },
  }),
];

const serveOn =
  (chunks: readonly RequestChunk[]) =>
  (inputs: PlanInputs): ModeOutcome => {
    try {
      const plan = createPlan(inputs);
      checkWorkload(plan, chunks, "drawn");
      const samples = emptySamples();
      return { summary: simulate(plan, chunks, { onRequest: (result) => addSample(samples, result) }), samples };
    } catch (error) {
      if (error instanceof TandemError && error.code === "E_CAPACITY") return { doesNotFit: error.message };
      throw error;
    }
  };

/** The columns of ratios, by the name that sentences give them. */
const columns = { makespan: 2, "mean TTFT": 4, "mean TPOT": 6, "energy per token": 8 } as const;
type Measured = keyof typeof columns;

/** Reads a table back: by measure the marked modes and the text of every ratio. */
function readTable(rows: readonly string[][]) {
  const body = rows.slice(1).filter((row) => row[1] !== "does not fit");
  const of = (column: number) => ({
    marked: body.flatMap((row) => (row[column]?.endsWith("*") ? [row[0] ?? ""] : [])),
    ratios: new Map(body.map((row) => [row[0] ?? "", (row[column] ?? "").replace(/[* ]$/, "")])),
  });
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, of(column)])) as Record<
    Measured,
    ReturnType<typeof of>
  >;
}

const measuresIn = (text: string): Measured[] =>
  (Object.keys(columns) as Measured[]).filter((name) => text.includes(name));

/** What the first sentence says against the marks and ratios that its table shows. */
function checkBest(sentence: string, table: ReturnType<typeof readTable>, baseline: string): void {
  const known = Object.values(table).filter(({ marked }) => marked.length > 0);
  const everywhere = /^(.+) (?:is best here|is best by every measure here)/.exec(sentence)?.[1];
  if (everywhere) {
    for (const mode of everywhere.split(/, | or /)) for (const { marked } of known) expect(marked).toContain(mode);
    const equal = /and (.+) as good as it/.exec(sentence)?.[1];
    for (const mode of equal?.split(/, | and /) ?? []) for (const { marked } of known) expect(marked).toContain(mode);
  }
  const told = /^No mode is best by every measure: (.*?)(?: \(auto|\.$)/.exec(sentence)?.[1];
  if (told) for (const { ratios } of known) expect(ratios.size).toBeGreaterThan(1);
  for (const part of told?.split("; ") ?? []) {
    const [modes = "", by = ""] = part.split(" by ");
    for (const measure of measuresIn(by)) expect(table[measure].marked).toEqual(modes.split(/, | or /));
  }
  for (const [, name, ratio] of sentence.matchAll(/(makespan|mean TTFT|mean TPOT|energy per token) (\d+\.\d\dx)/g)) {
    const { marked, ratios } = table[name as Measured];
    expect(marked.map((mode) => ratios.get(mode))).toContain(ratio);
    expect(ratios.get(baseline)).toBe("1.00x");
  }
}

/** What the second sentence says against the shares that the devices' table shows. */
function checkBounds(sentence: string, rows: readonly string[][], verdict: Verdict): void {
  for (const [mode, ...cells] of rows.slice(1)) {
    const bound = verdict.bounds[mode ?? ""];
    const [busy, , pim, link] = cells;
    if (bound?.what === "GPU") expect(sentence).toContain(`the GPU works ${busy}`);
    if (bound?.what === "PIM") expect(sentence).toContain(`the GPU waits for PIM ${pim}`);
    if (bound?.what === "link") expect(sentence).toContain(`the GPU waits for the link ${link}`);
    for (const other of [busy, pim, link])
      if (bound?.what !== "no work")
        expect(Math.round((bound?.share ?? 0) * 100)).toBeGreaterThanOrEqual(Number.parseInt(other ?? "", 10) || 0);
    expect(cells.at(-1) === "-").toBe(bound?.held_by === null);
  }
}

/** What the sentence on flips says: on which side of 1 each neighbour of a flip is, and that the table agrees with "here". */
function checkFlips({ what_if, sentences }: Verdict, table: ReturnType<typeof readTable>): void {
  const said = sentences.find((sentence) => /^By .*, auto \(/.test(sentence));
  for (const { here, same, flipped, measure } of what_if?.flips ?? []) {
    expect(same.ratio < 1).toBe(here.ratio < 1);
    if (flipped) expect(flipped.ratio < 1).toBe(here.ratio >= 1);
    const name = measure === "makespan" ? "makespan" : (`mean ${measure.toUpperCase()}` as Measured);
    expect(`${here.ratio.toFixed(2)}x`).toBe(table[name].ratios.get("auto"));
    if (said) expect(said).toMatch(here.ratio < 1 ? /stays ahead/ : /gets ahead|stays behind/);
  }
}

/** What the sentence on KV offload says: of the offloaded mode that it names, every figure over KV offload's. */
function checkCompetitor({ sentences }: Verdict, served: ReadonlyMap<string, Summary>): void {
  const said = sentences.find((sentence) => sentence.startsWith("Against kv-offload"));
  const mode = /, (\w+) comes to/.exec(said ?? "")?.[1] ?? "";
  const [own, other] = [served.get(mode), served.get("kv-offload")];
  expect(said !== undefined).toBe(other !== undefined && served.has("offload"));
  if (!own || !other) return;
  expect(said).toContain(`makespan ${(own.makespan_ns / other.makespan_ns).toFixed(2)}x`);
  for (const mode of ["offload", "interleave", "auto"])
    expect(served.get(mode)?.makespan_ns).toBeGreaterThan(0.995 * own.makespan_ns - 1);
}

test("on 100 random loads and clusters, the verdict says what its tables say", async () => {
  let decided = 0;
  await fc.assert(
    fc.asyncProperty(drawn, fc.noBias(fc.nat(19)), async (one, die) => {
      const inputs = inputsOf(one);
      const serve = serveOn(loadOf(one));
      const outcomes = new Map(modeNames.map((mode) => [mode, serve(inMode(inputs, mode))]));
      const served = new Map([...servedModes(outcomes)].map(([mode, { summary }]) => [mode, summary]));
      const again: Serve = async (changed) => serve(changed);
      const verdict = verdictOn(outcomes, die === 0 ? await whatIf(inputs, served, again) : null);
      if (!verdict) {
        expect(served.size).toBe(0);
        return;
      }
      decided++;
      const table = readTable(comparisonRows(outcomes));
      checkBest(verdict.sentences[0] ?? "", table, verdict.baseline);
      checkBounds(verdict.sentences[1] ?? "", deviceRows(outcomes), verdict);
      checkFlips(verdict, table);
      checkCompetitor(verdict, served);
      expect(verdict.sentences.length).toBeLessThanOrEqual(5);
    }),
    { numRuns: 100 },
  );
  expect(decided).toBeGreaterThan(50);
});
