/**
 * @module
 * A made-up cluster that is simulated in no time: three layers, a GPU from formulas, PIM channels of 1 MiB.
 */
import {
  ClusterConfig,
  type GpuProfile,
  InstanceOptions,
  type LayerSamples,
  ModelConfig,
  type PimAccess,
  type PimDevice,
  type PowerBlock,
  parsePimIni,
} from "@tandem-sim/schemas";
import { createChunkBuilder, type RequestChunk } from "@tandem-sim/workload";
import fc from "fast-check";
import { createPlan, type PlanInputs, type PlanOptions, type SimulationPlan } from "../src/index.js";

export const model: ModelConfig = ModelConfig.parse({
  model_type: "llama",
  hidden_size: 256,
  intermediate_size: 512,
  num_attention_heads: 8,
  num_hidden_layers: 3,
  num_key_value_heads: 4,
  head_dim: 32,
  vocab_size: 1000,
  max_position_embeddings: 2048,
});

/** Channels of 1 MiB: four x16 devices, 8 banks of 16 rows of 2 KiB. */
const device: PimDevice = parsePimIni(
  `[dram_structure]
protocol = DDR4
bankgroups = 2
banks_per_group = 4
rows = 16
columns = 1024
device_width = 16
BL = 8
[timing]
tCK = 0.63
CL = 22
CWL = 16
tRCD = 22
tRP = 22
tRAS = 52
tRFC = 560
tREFI = 12480
tRRD_L = 11
tFAW = 48
tRTP = 12
tWR = 24
tCCD_S = 4
tCCD_L = 8
[power]
VDD = 1.2
IDD0 = 95
IDD2N = 37
IDD3N = 56
IDD4W = 278
IDD4R = 302
IDD5AB = 280
[system]
channel_size = 1
bus_width = 64
`,
  "tiny.ini",
  "tiny",
);

/** The same with two row buffers a bank, in which GPU and PIM may work at a time. */
const twoRowBuffers: PimDevice = { ...device, pim: { ...device.pim, row_buffers: 2 } };

/** Weights are read once, then compute takes over: a kink at 64 tokens. us. */
const denseUs = (weightsUs: number) => (tokens: number) => weightsUs * Math.max(1, tokens / 64);

const attentionUs = (chunk: number, kvPrefill: number, decodes: number, kvDecode: number): number =>
  1 + 0.01 * chunk + 1e-4 * chunk * (kvPrefill + chunk / 2) + 0.001 * decodes * kvDecode;

const profile: GpuProfile = (() => {
  const sizes = [1, 64, 256];
  const samples = (us: (size: number) => number) => ({ sizes, timeUs: sizes.map(us) });
  const weights = {
    embedding: 1,
    layernorm: 1,
    qkv_proj: 3,
    rotary_emb: 1,
    o_proj: 2,
    gate_up_proj: 6,
    act_fn: 1,
    down_proj: 3,
    final_layernorm: 1,
  };
  const grid = [0, 64, 256].flatMap((chunk) =>
    (chunk > 0 ? [0, 512] : [0]).flatMap((kvPrefill) =>
      [0, 1, 32].flatMap((n) =>
        (n > 0 ? [1, 1024] : [0]).flatMap((kv) => (chunk + n > 0 ? [[chunk, kvPrefill, n, kv] as const] : [])),
      ),
    ),
  );
  const axis = { bins: [0, 1e9], labels: ["all"] };
  return {
    hardware: "TINY",
    model: "tiny",
    variant: "bf16",
    kvCacheDtype: "auto",
    tp: 1,
    form: "raw" as const,
    dense: Object.fromEntries(Object.entries(weights).map(([layer, us]) => [layer, samples(denseUs(us))])),
    perSequence: { lm_head: samples((n) => 10 + n / 8), sampler: samples((n) => 2 + n / 16) },
    attention: {
      prefillChunk: grid.map(([chunk]) => chunk),
      kvPrefill: grid.map(([, kvPrefill]) => kvPrefill),
      nDecode: grid.map(([, , n]) => n),
      kvDecode: grid.map(([, , , kv]) => kv),
      timeUs: grid.map((at) => attentionUs(...at)),
    },
    heldChunks: [],
    skew: { alphaDefault: 0.1, axes: { n: axis, skewRate: axis, kvBig: axis, kp: axis }, alpha: new Map() },
    source: "formulas",
  };
})();

/** As measured on several GPUs that share the layers: each takes its part of the time. */
function shared(whole: GpuProfile, gpus: number): GpuProfile {
  const part = (samples: LayerSamples): LayerSamples => ({ ...samples, timeUs: samples.timeUs.map((us) => us / gpus) });
  const parts = (layers: GpuProfile["dense"]): GpuProfile["dense"] =>
    Object.fromEntries(Object.entries(layers).map(([layer, samples]) => [layer, part(samples)]));
  return {
    ...whole,
    tp: gpus,
    dense: parts(whole.dense),
    perSequence: parts(whole.perSequence),
    attention: { ...whole.attention, timeUs: whole.attention.timeUs.map((us) => us / gpus) },
  };
}

export interface TinyCluster {
  options?: Partial<InstanceOptions>;
  /** Instances of the one node. */
  instances?: number;
  /** GPUs of each instance. */
  gpus?: number;
  /** PIM channels of the node, four to a group. */
  channels?: number;
  /** Tokens of a stripe of KV. */
  stripeTokens?: number;
  /** KV blocks of each GPU. */
  gpuBlocks?: number;
  link?: { bw: number; latency: number };
  power?: PowerBlock;
  /** Where its channels are: so many beside each GPU, or in its memory, in place of the node's. */
  attach?: "device" | "gpu";
  /** How GPU and PIM share that memory. */
  access?: PimAccess;
}

export function tinyInputs({
  options = {},
  instances = 1,
  gpus = 1,
  channels = 8,
  stripeTokens = 0,
  gpuBlocks = 200,
  link = { bw: 8, latency: 100 },
  power,
  attach,
  access,
}: TinyCluster = {}): PlanInputs {
  const mem_size = channels / 1024;
  const pim = { stripe_tokens: stripeTokens };
  const host = attach ? {} : { pim_config: "tiny", pim_link: link, pim };
  const inGpu = { mem_size, mem_util: 1, pim_config: "tiny", pim: { ...pim, ...(access && { access }) } };
  const cluster = ClusterConfig.parse({
    num_nodes: 1,
    // An all-reduce of one token takes 4 us, one of 64 tokens 12.
    ...(gpus > 1 ? { link_bw: 4, link_latency: 2000 } : {}),
    nodes: [
      {
        num_instances: instances,
        cpu_mem: { mem_size, mem_bw: 100, mem_latency: 50, ...host },
        instances: Array.from({ length: instances }, () => ({
          model_name: "tiny",
          hardware: "TINY",
          npu_mem: { mem_size: 1, mem_bw: 100, ...(attach === "gpu" && inGpu) },
          ...(attach === "device" && { pim_mem: { pim_config: "tiny", mem_size, link, pim } }),
          ...(gpus > 1 ? { tp_size: gpus, num_npus: gpus } : {}),
        })),
        ...(power ? { power } : {}),
      },
    ],
  });
  const instance = {
    model,
    profile: shared(profile, gpus),
    options: InstanceOptions.parse({ blockSize: 4, ...options }),
    gpuBlocks,
    pim: attach ? (access === "concurrent" ? twoRowBuffers : device) : null,
  };
  return {
    source: "tiny",
    cluster,
    nodes: [{ pim: attach ? null : device, instances: Array.from({ length: instances }, () => instance) }],
  };
}

export const tinyPlan = (cluster: TinyCluster = {}, planOptions: PlanOptions = {}): SimulationPlan =>
  createPlan(tinyInputs(cluster), planOptions);

export interface TinyRequest {
  input: number;
  output: number;
  arrivalNs: number;
  /** The first `shared` token ids are those of all requests of the family. */
  family?: number;
  shared?: number;
}

export function tinyWorkload(requests: readonly TinyRequest[]): RequestChunk {
  const builder = createChunkBuilder();
  [...requests]
    .sort((a, b) => a.arrivalNs - b.arrivalNs)
    .forEach(({ input, output, arrivalNs, family = 0, shared = 0 }, id) => {
      const ids = Array.from(
        { length: input + output },
        (_, i) => (i < shared ? 1000 * family : 10_000 * (id + 1)) + i,
      );
      builder.add(input, output, arrivalNs, ids.slice(0, input), ids.slice(input));
    });
  return builder.take();
}

export const onPim = { enableAttnOffloading: true } as const;
export const interleaved = { enableAttnOffloading: true, enableSubBatchInterleaving: true } as const;

/** Any mode, limits and memory; every request of `requests` fits. */
export const tinyClusters: fc.Arbitrary<TinyCluster & { options: Partial<InstanceOptions> }> = fc.record({
  options: fc
    .record({
      mode: fc.constantFrom({}, onPim, interleaved, interleaved),
      rest: fc.record({
        attnOffloadPhase: fc.constantFrom("all", "decode"),
        subBatchPolicy: fc.constantFrom("always", "auto"),
        subBatchSplit: fc.constantFrom("tokens", "requests", "cost", "chunk", "neupims"),
        kvPlacement: fc.constantFrom("time", "tokens", "neupims"),
        asyncScheduling: fc.boolean(),
        enablePrefixCaching: fc.boolean(),
        reserveFullIsl: fc.boolean(),
        maxNumSeqs: fc.constantFrom(0, 3, 16),
        maxNumBatchedTokens: fc.constantFrom(0, 24, 100),
        longPrefillTokenThreshold: fc.constantFrom(0, 0, 20),
      }),
    })
    .map(({ mode, rest }) => ({ ...mode, ...rest }) as Partial<InstanceOptions>),
  instances: fc.constantFrom(1, 1, 2),
  gpus: fc.constantFrom(1, 1, 2),
  channels: fc.constantFrom(8, 16, 24),
  stripeTokens: fc.constantFrom(0, 0, 8, 32),
  gpuBlocks: fc.constantFrom(40, 200),
});

/** At most 120 + 40 tokens: 40 blocks of 4. */
export const tinyRequests: fc.Arbitrary<TinyRequest[]> = fc.array(
  fc.record({
    input: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 120 })),
    output: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 })),
    // Iterations take about 0.1 ms.
    arrivalNs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000_000 })),
    family: fc.nat({ max: 1 }),
    shared: fc.nat({ max: 100 }),
  }),
  { minLength: 1, maxLength: 16 },
);
