/**
 * @module
 * What a recorded run's `meta.json` says of the options to replay it with, in place of their defaults.
 */
import type { Dtype, InstanceOptions } from "@tandem-sim/schemas";
import type { EngineArguments, RecordedMeta } from "./recorded-run.js";

/** vLLM's names of dtypes; `auto` and those of quantised weights leave the model's own. */
const dtypes: Record<string, Dtype> = {
  half: "float16",
  float16: "float16",
  bfloat16: "bfloat16",
  float: "float32",
  float32: "float32",
};

const fromEngine: {
  [K in keyof InstanceOptions]?: (engine: EngineArguments) => InstanceOptions[K] | null | undefined;
} = {
  maxNumSeqs: (engine) => engine.max_num_seqs,
  maxNumBatchedTokens: (engine) => engine.max_num_batched_tokens,
  maxModelLen: (engine) => engine.max_model_len,
  dtype: (engine) => dtypes[engine.dtype ?? ""],
  kvCacheDtype: (engine) =>
    engine.kv_cache_dtype == null ? undefined : engine.kv_cache_dtype.startsWith("fp8") ? "fp8" : "auto",
  blockSize: (engine) => engine.block_size,
  enablePrefixCaching: (engine) => engine.enable_prefix_caching,
  enableChunkedPrefill: (engine) => engine.enable_chunked_prefill,
  asyncScheduling: (engine) => engine.async_scheduling,
  npuMemoryUtilization: (engine) => engine.gpu_memory_utilization,
  longPrefillTokenThreshold: (engine) => engine.long_prefill_token_threshold,
};

/** The options that the recorded engine ran with, as far as it says. */
export function recordedOptions({ engine_kwargs: engine }: RecordedMeta): Partial<InstanceOptions> {
  const entries = Object.entries(fromEngine).map(([name, read]) => [name, read(engine)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value != null)) as Partial<InstanceOptions>;
}

/** The first whole number > 0 under `key`, however deep it stands. */
function findCount(key: string, data: unknown): number | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const here = (data as Record<string, unknown>)[key];
  if (Number.isSafeInteger(here) && (here as number) > 0) return here as number;
  for (const inner of Object.values(data)) {
    const found = findCount(key, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * KV blocks that requests can use; undefined where the run does not say. vLLM V1's block pool keeps one of its
 * `num_gpu_blocks` out of use, as the null block.
 */
export function recordedBlocks(meta: RecordedMeta): number | undefined {
  const blocks = findCount("num_gpu_blocks", meta) ?? findCount("num_gpu_blocks_override", meta);
  return blocks === undefined ? undefined : blocks - 1;
}
