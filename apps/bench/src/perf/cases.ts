/**
 * @module
 * The cases of `npm run bench:perf`: the steps of an iteration, what runs around them, and whole runs.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IterationEnds, simulate } from "@tandem-sim/engine";
import { CsvRows } from "@tandem-sim/report";
import { type BlockTable, KvCache, RequestTable, Scheduler } from "@tandem-sim/scheduler";
import { InstanceOptions } from "@tandem-sim/schemas";
import {
  createBatchTable,
  createDecoderGraph,
  Division,
  fillTable,
  SplitWorkspace,
  shapeOf,
  splits,
} from "@tandem-sim/trace";
import { writeWorkload } from "@tandem-sim/workload";
import { readWorkload } from "@tandem-sim/workload/node";
import { createBatch, decodes } from "../batch-shape.js";
import type { PerfCase } from "./rounds.js";
import { chatLoad, iterationCase, perfInstance, perfModes, perfPlan } from "./shapes.js";

const times = (count: number, run: () => void) => (): void => {
  for (let i = 0; i < count; i++) run();
};

function iterationCases(): PerfCase[] {
  const byBatch = perfModes.flatMap((mode) =>
    [16, 64, 256].map((batch) => iterationCase(`iteration, ${mode}, ${batch} decodes`, { mode }, batch)),
  );
  const byGroups = [16, 64].map((groups) =>
    iterationCase(`iteration, interleave, 256 decodes, ${groups} groups`, { mode: "interleave", groups }, 256),
  );
  const bySpecSheet = iterationCase(
    "iteration, gpu-only, 256 decodes, GPU times from a spec sheet",
    { mode: "gpu-only", specSheet: true },
    256,
  );
  return [...byBatch, ...byGroups, bySpecSheet];
}

function splitCases(): PerfCase[] {
  const { costs, pim } = perfInstance({ mode: "interleave" });
  const graph = createDecoderGraph({ ...shapeOf(costs), subBatches: 2 });
  const batch = createBatch(
    { ...decodes(256, 1024), prompts: { requests: 2, tokens: 512, context: 0 } },
    pim?.layout.groups ?? 0,
  );
  const workspace = new SplitWorkspace(costs, graph);
  const division = new Division(2);
  const table = createBatchTable(graph);
  splits.tokens(batch, division, workspace);
  const halves = new Division(2);
  splits.tokens(batch, halves, workspace);
  return [
    ...Object.entries(splits).map(
      ([name, rule]): PerfCase => ({
        name: `split ${name}, 258 requests`,
        operations: 200,
        run: times(200, () => void rule(batch, division, workspace)),
      }),
    ),
    {
      name: "costs of two sub-batches, 258 requests",
      operations: 200,
      run: times(200, () => fillTable(table, batch, halves, costs)),
    },
  ];
}

/** Steps of the scheduler alone: 512 requests of 500 + 100 tokens, 128 at a time. */
function schedulerCase(): PerfCase {
  const run = (): number => {
    const requests = new RequestTable();
    const scheduler = new Scheduler(requests, InstanceOptions.parse({}), { kind: "gpu", gpuBlocks: 20_000 });
    for (let id = 0; id < 512; id++)
      scheduler.enqueue(requests.add({ id, inputTokens: 500, outputTokens: 100, contents: null }));
    const finished: number[] = [];
    let steps = 0;
    for (let batch = scheduler.schedule(); batch; batch = scheduler.schedule(), steps++) {
      scheduler.complete(batch, finished);
      for (const row of finished.splice(0)) requests.remove(row);
    }
    return steps;
  };
  return { name: "scheduler alone, a step of up to 128 requests", operations: run(), run };
}

/** Blocks of 64 requests that share half of their prompts: found, taken, made findable, given back. */
function kvCase(): PerfCase {
  const [REQUESTS, BLOCKS] = [64, 64];
  const shared = (request: number, block: number): number => (block < BLOCKS / 2 ? 0 : request * BLOCKS) + block + 1;
  const contents = Array.from({ length: REQUESTS }, (_, request) =>
    Int32Array.from({ length: BLOCKS }, (_, block) => shared(request, block)),
  );
  const cache = new KvCache(REQUESTS * BLOCKS, 16, true);
  return {
    name: "KV pool alone, a block",
    operations: REQUESTS * BLOCKS,
    run: () => {
      const tables = contents.map((content) => {
        const table: BlockTable = { blocks: [], cached: 0 };
        cache.takeHits(table, content, cache.hitBlocks(content, BLOCKS * 16));
        cache.grow(table, BLOCKS * 16);
        cache.cacheFull(table, content, BLOCKS * 16);
        return table;
      });
      for (const table of tables) cache.release(table);
    },
  };
}

const LINES = 20_000;

function loadingCase(folder: string): PerfCase {
  const file = join(folder, "requests.jsonl");
  writeFileSync(file, [...writeWorkload(chatLoad(LINES))].join(""));
  return {
    name: "dataset loading, a line",
    operations: LINES,
    run: async () => {
      let requests = 0;
      for await (const { count } of readWorkload(file)) requests += count;
      return requests;
    },
  };
}

/** Rows of requests whose 600 tokens came in iterations that they share with others. */
function csvCase(): PerfCase {
  const [ROWS, TOKENS, APART] = [1000, 600, 5];
  const run = (): number => {
    const ends = new IterationEnds();
    let written = 0;
    const rows = new CsvRows((bytes) => {
      written += bytes.length;
    });
    let nowNs = 0;
    for (let i = 0; i < ROWS * APART + TOKENS; i++) {
      if (ends.isFull) ends.makeRoom(0);
      nowNs += 12_000_000 + i;
      ends.add(nowNs);
    }
    for (let id = 0; id < ROWS; id++) {
      const first = id * APART;
      const [ttftNs, latencyNs] = [20_000_000, 7_000_000_000];
      rows.add({
        ...{ instanceId: 0, requestId: id, model: "meta-llama/Llama-3.1-8B", inputTokens: 500, outputTokens: TOKENS },
        ...{ arrivalNs: 0, queuedNs: 0, endNs: latencyNs, latencyNs, queuingNs: 1000, ttftNs, tpotNs: 12_000_000 },
        tokenRuns: { ends, runs: [{ first, last: first + TOKENS - 1 }] },
      });
    }
    rows.flush();
    return written;
  };
  return { name: "CSV, a row of 600 tokens", operations: ROWS, run };
}

/** Whole runs in memory, without files. */
export function runCase(name: string, mode: (typeof perfModes)[number], requests: number, rate?: number): PerfCase {
  const plan = perfPlan({ mode });
  const chunks = chatLoad(requests, rate);
  return { name, operations: requests, run: () => simulate(plan, chunks) };
}

const longCases = (): PerfCase[] => [
  ...perfModes.map((mode) => runCase(`300 requests, ${mode}, each`, mode, 300)),
  runCase("10,000 requests, gpu-only, each", "gpu-only", 10_000),
  runCase("10,000 requests at once, gpu-only, each", "gpu-only", 10_000, Number.POSITIVE_INFINITY),
];

export interface PerfCases {
  short: PerfCase[];
  long: PerfCase[];
  /** Removes the files that cases read. */
  close(): void;
}

export function perfCases(): PerfCases {
  const folder = mkdtempSync(join(tmpdir(), "tandem-perf-"));
  return {
    short: [...iterationCases(), ...splitCases(), schedulerCase(), kvCase(), loadingCase(folder), csvCase()],
    long: longCases(),
    close: () => rmSync(folder, { recursive: true }),
  };
}
