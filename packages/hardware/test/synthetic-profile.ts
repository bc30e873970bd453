/**
 * @module
 * A raw profile of an imaginary GPU, from formulas: what a fit has to find again.
 */
import type { AttentionSamples, GpuProfile, LayerSamples, ModelConfig } from "@tandem-sim/schemas";

/** Llama-3.1-8B. */
export const llama: ModelConfig = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
  attention_bias: false,
};

/** Weights are read once, then compute takes over: a kink at 128 tokens. */
const denseUs = (bytesUs: number) => (tokens: number) => bytesUs * Math.max(1, tokens / 128) + 2;

export const attentionUs = (chunk: number, kvPrefill: number, nDecode: number, kvDecode: number): number =>
  5 + 0.02 * chunk + 4e-5 * chunk * (kvPrefill + chunk / 2) + 0.003 * nDecode * kvDecode;

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

function layerSamples(us: (size: number) => number, sizes: number[]): LayerSamples {
  return { sizes, timeUs: sizes.map(us) };
}

const powers = (from: number, to: number): number[] =>
  range(Math.log2(from), Math.log2(to), 1).map((exponent) => 2 ** exponent);

function attentionSamples(): AttentionSamples {
  const samples: AttentionSamples = { prefillChunk: [], kvPrefill: [], nDecode: [], kvDecode: [], timeUs: [] };
  const add = (chunk: number, kvPrefill: number, nDecode: number, kvDecode: number): void => {
    samples.prefillChunk.push(chunk);
    samples.kvPrefill.push(kvPrefill);
    samples.nDecode.push(nDecode);
    samples.kvDecode.push(kvDecode);
    samples.timeUs.push(attentionUs(chunk, kvPrefill, nDecode, kvDecode));
  };
  const contexts = powers(16, 16384);
  for (const n of powers(1, 256)) for (const kv of contexts) add(0, 0, n, kv);
  for (const chunk of powers(16, 2048)) {
    for (const kvPrefill of [0, ...contexts]) {
      add(chunk, kvPrefill, 0, 0);
      for (const n of powers(1, 128)) for (const kv of contexts) add(chunk, kvPrefill, n, kv);
    }
  }
  return samples;
}

export function syntheticProfile(): GpuProfile {
  const tokens = [...range(1, 16, 1), ...range(32, 2048, 16)];
  const sequences = [...range(1, 16, 1), ...range(32, 256, 16)];
  const weights = {
    embedding: 1,
    layernorm: 2,
    qkv_proj: 30,
    rotary_emb: 3,
    o_proj: 20,
    gate_up_proj: 140,
    act_fn: 3,
    down_proj: 70,
    final_layernorm: 2,
  };
  return {
    hardware: "IMAGINARY",
    model: "meta-llama/Llama-3.1-8B",
    variant: "bf16",
    tp: 1,
    kvCacheDtype: "auto",
    form: "raw",
    heldChunks: [],
    dense: Object.fromEntries(Object.entries(weights).map(([layer, us]) => [layer, layerSamples(denseUs(us), tokens)])),
    perSequence: {
      lm_head: layerSamples((n) => 600 + n, sequences),
      sampler: layerSamples((n) => 20 + n / 2, sequences),
    },
    attention: attentionSamples(),
    skew: {
      alphaDefault: 0.05,
      axes: {
        n: { bins: [0, 8, 1e6], labels: ["n<=8", "n>8"] },
        skewRate: { bins: [-0.01, 0.5, 1.01], labels: ["sr<=50%", "sr>50%"] },
        kvBig: { bins: [0, 1024, 1e9], labels: ["kvB<=1k", "kvB>1k"] },
        kp: { bins: [-1, 0, 1e9], labels: ["kp=0", "kp>0"] },
      },
      alpha: new Map([
        ["0|n>8|sr<=50%|kvB<=1k|kp=0", 0.1],
        ["512|n>8|sr<=50%|kvB<=1k|kp=0", 0.3],
      ]),
    },
    source: "formulas",
  };
}
