/**
 * @module
 * Small files of the kinds that none is bundled of: workloads of every format, a raw profile bundle, recorded runs, constants,
 * measured points.
 */

const lines = (...rows: readonly string[]): string => `${rows.join("\n")}\n`;

export const llmservingsim = lines(
  '{"input_toks":4,"output_toks":2,"arrival_time_ns":0,"input_tok_ids":[5,6,7,8],"output_tok_ids":[1,2]}',
  '{"input_toks":20,"output_toks":3,"arrival_time_ns":1000000}',
  '{"input_toks":4,"output_toks":1,"arrival_time_ns":2000000.5,"input_tok_ids":[5,6,7,9]}',
);

/** A grid of two cells for `sweep`. */
export const sweep = lines(
  "base: { dataset: tiny.jsonl, num-reqs: 1 }",
  "axes:",
  "  mode: [gpu-only, offload]",
  "keep: [makespan_ns, ttft_ms.mean]",
);

export const mooncake = lines(
  '{"timestamp":0,"input_length":513,"output_length":2,"hash_ids":[0,1]}',
  '{"timestamp":1.5,"input_length":600,"output_length":1,"hash_ids":[0,2]}',
);

export const azure = lines(
  "TIMESTAMP,ContextTokens,GeneratedTokens",
  "2023-11-16 18:17:03.9799600,37,2",
  "2023-11-16 18:17:04.0319600,10,3",
);

const bundleMeta = lines(
  ...[
    "gpu: some GPU",
    "hardware: RTXPRO6000",
    "architecture: llama",
    "model: meta-llama/Llama-3.1-8B",
    "variant: bf16",
  ],
  ...["vllm_version: 0.19.0", "tp_degrees:", "  - 1", "engine_effective:", "  kv_cache_dtype: auto", "skew_fit:"],
  ...["  enabled: true", "  bucket_axes:", "    n_bins: [0, 1000000]", "    n_labels: [n>0]"],
  ...["    skew_rate_bins: [-0.01, 1.01]", "    skew_rate_labels: [sr]", "    kv_big_bins: [0, 1000000000]"],
  ...["    kv_big_labels: [kvB]", "    kp_bins: [-1, 1000000000]", "    kp_labels: [kp]", "  per_tp:", '    "1":'],
  ...["      alpha_default: 0.054", "      bucket_table: tp1/skew_fit.csv"],
);

const bundleAttention = lines(
  "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us",
  ...["0,0,1,1,9.6", "0,0,1,1024,12", "0,0,2,1024,14", "0,0,2,1,10", "16,0,0,0,8", "512,0,0,0,30", "512,512,0,0,60"],
  ...["512,0,1,1024,40", "512,0,2,1024,44"],
);

const layers = [
  "qkv_proj",
  "o_proj",
  "gate_up_proj",
  "down_proj",
  "layernorm",
  "act_fn",
  "rotary_emb",
  "embedding",
  "final_layernorm",
];

/** A raw LLMServingSim bundle. */
export const bundle = {
  "meta.yaml": bundleMeta,
  "tp1/dense.csv": lines(
    "layer,tokens,time_us",
    ...layers.flatMap((layer) => [`${layer},1,5`, `${layer},64,6`, `${layer},2048,90`]),
  ),
  "tp1/per_sequence.csv": lines(
    "layer,sequences,time_us",
    ...["lm_head", "sampler"].flatMap((layer) => [`${layer},1,10`, `${layer},128,20`]),
  ),
  "tp1/attention.csv": bundleAttention,
  "tp1/skew_fit.csv": lines("pc,n_label,skew_rate_label,kv_big_label,kp_label,alpha", "0,n>0,sr,kvB,kp,0.1"),
};

const recorded = (id: number, from: number): string =>
  JSON.stringify({
    request_id: `r-${id}`,
    input_toks: 20 + id,
    output_toks: 3,
    arrival_time: 100 + from,
    queued_ts: from,
    first_token_ts: from + 0.03,
    last_token_ts: from + 0.06,
  });

/** A folder as `validate` takes it. */
export const recording = {
  "requests.jsonl": lines(recorded(0, 0), recorded(1, 0.01), recorded(2, 0.5), recorded(3, 0.6)),
  "meta.json": JSON.stringify({
    vllm_version: "0.19.0",
    engine_kwargs: { max_num_seqs: 8, max_num_batched_tokens: 64 },
  }),
  "timeseries.csv": lines("t,running,waiting", "0,1,0", "0.5,2,1"),
};

/** What `vllm bench serve --save-result --save-detailed` writes. */
export const bench = JSON.stringify({
  model_id: "meta-llama/Llama-3.1-8B",
  request_rate: 5,
  input_lens: [20, 30, 40],
  output_lens: [3, 2, 1],
  ttfts: [0.03, 0.04, 0.05],
  itls: [[0.01, 0.02], [0.01], []],
  start_times: [50, 50.1, 51],
  errors: ["", "", ""],
});

const errors = {
  fit_half_pct: 4,
  mean_abs_error_pct: 5,
  metrics: [{ metric: "ttft", stat: "mean", vllm_ms: 1, simulated_ms: 1.1, diff_pct: 10 }],
};
const findings = { host_ns_per_step: "a", memory_efficiency: "b", compute_efficiency: "c", link_efficiency: "d" };

/** What `calibrate --out` writes. */
export const calibration = JSON.stringify({
  schema_version: 1,
  source: {
    made_by: "a test",
    recordings: ["recorded"],
    vllm_version: null,
    hardware: "RTXPRO6000",
    model: "meta-llama/Llama-3.1-8B",
    tp: 1,
    gpu_times: "measured",
    fitted_requests: 10,
    held_out_requests: 10,
  },
  constants: { host_ns_per_step: 1000, memory_efficiency: 0.9, compute_efficiency: 1.1, link_efficiency: 1 },
  roofline: { memory_gbps: 1597, tflops: 400 },
  findings,
  errors: { before: errors, after: errors },
  spread_pct: null,
});

/** What `measure_points.py` writes. */
export const points = lines(
  "kind,m,n,k,chunk,cached,decodes,context,heads,kv_heads,head_dim,time_us,gpu",
  ...["gemm,16,16384,8192,0,0,0,0,0,0,0,1400,NVIDIA L4", "gemm,32,8192,16384,0,0,0,0,0,0,0,1410,NVIDIA L4"],
  ...["gemm,2048,8192,8192,0,0,0,0,0,0,0,2800,NVIDIA L4", "gemm,2048,8192,16384,0,0,0,0,0,0,0,5600,NVIDIA L4"],
  ...["attention,0,0,0,2048,0,0,0,32,8,128,900,NVIDIA L4", "attention,0,0,0,0,0,32,4096,32,8,128,2500,NVIDIA L4"],
  ...["layernorm,2048,8192,0,0,0,0,0,0,0,0,500,NVIDIA L4", "act_fn,2048,8192,0,0,0,0,0,0,0,0,400,NVIDIA L4"],
);
