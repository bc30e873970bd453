import { ClusterConfig, type GpuProfile, InstanceOptions, ModelConfig } from "@tandem-sim/schemas";
import { createChunkBuilder } from "@tandem-sim/workload";
import { describe, expect, it } from "vitest";
import { createPlan } from "./create-plan.js";
import type { SimulationPlan } from "./plan.js";
import type { RequestResult } from "./request-log.js";
import { simulate } from "./simulation.js";

/** A GPU on which every layer takes 1 us, whatever the batch: all iterations take the same time. */
function constantGpu(): GpuProfile {
  const layer = { sizes: [1, 4096], timeUs: [1, 1] };
  const dense = "embedding layernorm qkv_proj rotary_emb o_proj gate_up_proj act_fn down_proj final_layernorm".split(
    " ",
  );
  // chunk, its context, decodes, their context
  const grid = [0, 512].flatMap((chunk) =>
    (chunk > 0 ? [0, 512] : [0]).flatMap((kvPrefill) =>
      [0, 1, 64].flatMap((n) => (n > 0 ? [1, 512] : [0]).map((kv) => [chunk, kvPrefill, n, kv] as const)),
    ),
  );
  const axis = { bins: [0, 1], labels: ["all"] };
  return {
    hardware: "CONSTANT",
    model: "tiny",
    variant: "bf16",
    tp: 1,
    kvCacheDtype: "auto",
    form: "raw",
    dense: Object.fromEntries(dense.map((name) => [name, layer])),
    perSequence: { lm_head: layer, sampler: layer },
    attention: {
      prefillChunk: grid.map(([chunk]) => chunk),
      kvPrefill: grid.map(([, kvPrefill]) => kvPrefill),
      nDecode: grid.map(([, , n]) => n),
      kvDecode: grid.map(([, , , kv]) => kv),
      timeUs: grid.map(() => 1),
    },
    heldChunks: [],
    skew: { alphaDefault: 0, axes: { n: axis, skewRate: axis, kvBig: axis, kp: axis }, alpha: new Map() },
    source: "made up",
  };
}

const model = ModelConfig.parse({
  model_type: "llama",
  hidden_size: 64,
  intermediate_size: 128,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  vocab_size: 100,
  max_position_embeddings: 1024,
});

const cluster = ClusterConfig.parse({
  num_nodes: 1,
  nodes: [
    {
      num_instances: 1,
      // Fast enough for token ids to travel in no time.
      cpu_mem: { mem_size: 1, mem_bw: 1e9 },
      instances: [{ model_name: "tiny", hardware: "CONSTANT", npu_mem: { mem_size: 1, mem_bw: 1 } }],
    },
  ],
});

interface Setting {
  asyncScheduling: boolean;
  maxNumSeqs?: number;
  gpuBlocks?: number;
}

function planOf({ gpuBlocks, ...options }: Setting): SimulationPlan {
  const instance = { model, profile: constantGpu(), options: InstanceOptions.parse({ blockSize: 4, ...options }) };
  return createPlan({
    source: "test",
    cluster,
    nodes: [{ pim: null, instances: [{ ...instance, ...(gpuBlocks === undefined ? {} : { gpuBlocks }) }] }],
  });
}

interface Arrival {
  /** In iterations. */
  at: number;
  input: number;
  output: number;
}

/** Runs requests; every time is in iterations. `batches` holds the requests of each iteration by number of arrival. */
function run(setting: Setting, arrivals: readonly Arrival[]) {
  const builder = createChunkBuilder();
  builder.add(1, 1, 0);
  const iterationNs = simulate(planOf(setting), [builder.take()]).makespan_ns;
  for (const { at, input, output } of arrivals) builder.add(input, output, at * iterationNs);
  const results: RequestResult[] = [];
  const batches: number[][] = [];
  simulate(planOf(setting), [builder.take()], {
    onRequest: (result) => results.push(result),
    onIteration: ({ batch }) => batches.push([...batch.order.subarray(0, batch.size)]),
  });
  results.sort((a, b) => a.requestId - b.requestId);
  const iterations = (ns: number): number => ns / iterationNs;
  return {
    batches,
    requests: results.map((result) => ({
      queued: iterations(result.queuedNs),
      scheduled: iterations(result.arrivalNs + result.queuingNs),
      firstToken: iterations(result.arrivalNs + result.ttftNs),
      end: iterations(result.endNs),
    })),
  };
}

describe("a request that arrives while batch 0 runs", () => {
  const arrivals = [
    { at: 0, input: 4, output: 5 },
    { at: 0.5, input: 4, output: 2 },
  ];

  it("joins batch 2 of an asynchronous engine, which has scheduled batch 1 already", () => {
    const { batches, requests } = run({ asyncScheduling: true }, arrivals);
    expect(batches).toEqual([[0], [0], [0, 1], [0, 1], [0]]);
    expect(requests[1]).toEqual({ queued: 1, scheduled: 1, firstToken: 3, end: 4 });
  });

  it("joins batch 1 of a synchronous engine", () => {
    const { batches, requests } = run({ asyncScheduling: false }, arrivals);
    expect(batches).toEqual([[0], [0, 1], [0, 1], [0], [0]]);
    expect(requests[1]).toEqual({ queued: 1, scheduled: 1, firstToken: 2, end: 3 });
  });
});

describe.each([true, false])("with asynchronous scheduling %s", (asyncScheduling) => {
  it("an idle engine takes a request in as it arrives", () => {
    const { requests } = run({ asyncScheduling }, [{ at: 7.25, input: 9, output: 1 }]);
    expect(requests).toEqual([{ queued: 7.25, scheduled: 7.25, firstToken: 8.25, end: 8.25 }]);
  });

  it("a request is in exactly as many batches as it has output tokens, if its prompt fits in one", () => {
    const outputs = [1, 2, 3, 7];
    const { batches } = run(
      { asyncScheduling },
      outputs.map((output) => ({ at: 0, input: 5, output })),
    );
    expect(outputs.map((_, id) => batches.flat().filter((other) => other === id).length)).toEqual(outputs);
  });

  it("a request that arrives as an iteration ends is taken in at that step", () => {
    const { requests } = run({ asyncScheduling }, [
      { at: 0, input: 4, output: 5 },
      { at: 1, input: 4, output: 1 },
    ]);
    expect(requests[1]?.queued).toBe(1);
  });
});

describe("a request whose last token is in flight", () => {
  const arrivals = [
    { at: 0, input: 4, output: 3 },
    { at: 0, input: 2, output: 6 },
    { at: 1.5, input: 4, output: 1 },
  ];

  it("keeps its slot until that token has been processed, so the next request comes a batch later", () => {
    // At 2 request 0 has its last token in flight, in batch 2: batch 3 is scheduled without it, but its slot is taken.
    const { batches, requests } = run({ asyncScheduling: true, maxNumSeqs: 2 }, arrivals);
    expect(batches).toEqual([[0, 1], [0, 1], [0, 1], [1], [1, 2], [1]]);
    expect(requests[0]?.end).toBe(3);
    expect(requests[2]).toEqual({ queued: 2, scheduled: 3, firstToken: 5, end: 5 });
  });

  it("keeps its blocks until then", () => {
    // Blocks of 4 tokens. Requests 0 and 1 have two each once they have computed 5 tokens: all of 4 blocks.
    const { batches, requests } = run({ asyncScheduling: true, gpuBlocks: 4 }, arrivals);
    expect(batches).toEqual([[0, 1], [0, 1], [0, 1], [1], [1, 2], [1]]);
    expect(requests[2]).toEqual({ queued: 2, scheduled: 3, firstToken: 5, end: 5 });
  });

  it("gives slot and blocks to the very next batch of a synchronous engine", () => {
    // With 3 blocks: at 2, request 0 has two and request 1 one.
    for (const limits of [{ maxNumSeqs: 2 }, { gpuBlocks: 3 }]) {
      const { batches, requests } = run({ asyncScheduling: false, ...limits }, arrivals);
      expect(batches).toEqual([[0, 1], [0, 1], [0, 1], [1, 2], [1], [1]]);
      expect(requests[2]).toEqual({ queued: 2, scheduled: 3, firstToken: 4, end: 4 });
    }
  });

  it("delays a lone successor by nothing: the engine has no other batch to run meanwhile", () => {
    const { batches, requests } = run({ asyncScheduling: true, maxNumSeqs: 1 }, [
      { at: 0, input: 4, output: 3 },
      { at: 0, input: 4, output: 1 },
    ]);
    expect(batches).toEqual([[0], [0], [0], [1]]);
    expect(requests[1]).toEqual({ queued: 0, scheduled: 3, firstToken: 4, end: 4 });
  });
});
