import { describe, expect, it } from "vitest";
import { recordedBlocks, recordedOptions } from "./recorded-options.js";

describe("options of a recorded run", () => {
  it("are those that the engine was told, under our names", () => {
    const engine_kwargs = {
      max_num_seqs: 64,
      max_num_batched_tokens: 4096,
      max_model_len: 8192,
      dtype: "half",
      kv_cache_dtype: "fp8_e4m3",
      block_size: 32,
      enable_prefix_caching: false,
      enable_chunked_prefill: false,
      gpu_memory_utilization: 0.8,
      long_prefill_token_threshold: 512,
    };
    expect(recordedOptions({ engine_kwargs })).toEqual({
      maxNumSeqs: 64,
      maxNumBatchedTokens: 4096,
      maxModelLen: 8192,
      dtype: "float16",
      kvCacheDtype: "fp8",
      blockSize: 32,
      enablePrefixCaching: false,
      enableChunkedPrefill: false,
      npuMemoryUtilization: 0.8,
      longPrefillTokenThreshold: 512,
    });
  });

  it("are left alone where the engine was told nothing", () => {
    expect(recordedOptions({ engine_kwargs: {} })).toEqual({});
    expect(recordedOptions({ engine_kwargs: { max_model_len: null, dtype: "auto" } })).toEqual({});
  });
});

describe("KV blocks of a recorded run", () => {
  it.each([
    [{ num_gpu_blocks: 1001 }, 1000],
    [{ engine_kwargs: { num_gpu_blocks: 1001 } }, 1000],
    [{ cache: { config: { num_gpu_blocks: 1001 } } }, 1000],
    [{ engine_kwargs: { num_gpu_blocks_override: 1001 } }, 1000],
    [{ num_gpu_blocks: 2001, engine_kwargs: { num_gpu_blocks_override: 1001 } }, 2000],
    [{ num_gpu_blocks: null }, undefined],
    [{}, undefined],
  ])("in %j are all but the null block: %s", (meta, blocks) => {
    expect(recordedBlocks({ engine_kwargs: {}, ...meta })).toBe(blocks);
  });
});
