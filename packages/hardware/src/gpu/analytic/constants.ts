/**
 * @module
 * What the analytic model takes as given on every GPU. Fitted by `packages/calibration/src/analytic/fit-constants.ts`, on
 * the tables of Llama-3.1-8B on an RTX PRO 6000 and on products and attention of an A100 and an H100; a reference test
 * holds these figures against that fit.
 */
import type { AttentionKernel, GpuSpec } from "@tandem-sim/schemas";
import type { LayerName } from "../layer-kinds.js";

/** A pass over data: what a kernel takes apart from its bytes, ns, and how many bytes move for each that must. */
export interface PassConstants {
  fixedNs: number;
  traffic: number;
}

/** A kernel of attention. One thread block is a tile of query rows of one head, or one decode of one head. */
export interface AttentionConstants {
  /** Over a prompt: what the kernel takes apart from its blocks, ns. */
  promptFixedNs: number;
  /** Query rows of a tile. */
  tileRows: number;
  /** What a block takes before and after its tokens, and one that finds nothing to do, GPU cycles. */
  blockCycles: number;
  emptyBlockCycles: number;
  /** Decodes beside a prompt: grouped heads read K and V again, at this multiple of the share that runs apart. */
  rereads: number;
  /** Share of L2 that holds K and V for the next head of their group. */
  rereadL2: number;
  /** Decodes alone: what the kernels take apart from their blocks, ns, and each KV head and request on an SM. */
  decodeFixedNs: number;
  decodeBlockNs: number;
  /** A read that turns L2 over pays this multiple of L2 once, half of it after `coldSpan` x L2 bytes. */
  coldL2: number;
  coldSpan: number;
}

export interface AnalyticConstants {
  product: {
    /** Launch and drain, ns. */
    fixedNs: number;
    /** How much of the rows that pad a tile costs as real ones do. */
    padding: number;
    /** Work lost at the end, in tiles of 128 x 128 per SM. */
    tail: number;
  };
  pass: {
    /** Share of L2 that a layer finds warm, and how much faster than memory that is. */
    warmL2: number;
    warmSpeed: number;
    layers: Readonly<Partial<Record<LayerName, PassConstants>>>;
  };
  attention: Readonly<Record<AttentionKernel, AttentionConstants>>;
  /** alpha of t = t(mean) + alpha (t(max) - t(mean)) for uneven decode lengths. */
  unevenness: number;
}

export const analyticConstants: AnalyticConstants = {
  product: { fixedNs: 5283, padding: 0.233, tail: 0.0706 },
  pass: {
    warmL2: 0.644,
    warmSpeed: 3.74,
    layers: {
      act_fn: { fixedNs: 2555, traffic: 1.21 },
      layernorm: { fixedNs: 2274, traffic: 1.1 },
      final_layernorm: { fixedNs: 2455, traffic: 1.39 },
      embedding: { fixedNs: 3489, traffic: 0.789 },
      rotary_emb: { fixedNs: 2631, traffic: 1.28 },
      sampler: { fixedNs: 26090, traffic: 2.06 },
      // Llama has none: measured with Qwen3 on the same GPU.
      qk_norm: { fixedNs: 2060, traffic: 1.26 },
    },
  },
  attention: {
    FA2: {
      promptFixedNs: 3020,
      tileRows: 64,
      blockCycles: 9632,
      emptyBlockCycles: 747,
      rereads: 1.66,
      rereadL2: 1.47,
      decodeFixedNs: 12080,
      decodeBlockNs: 3861,
      coldL2: 0.788,
      coldSpan: 4.25,
    },
    FA3: {
      promptFixedNs: 5768,
      tileRows: 128,
      blockCycles: 9019,
      emptyBlockCycles: 0,
      rereads: 1,
      rereadL2: 1,
      decodeFixedNs: 9456,
      decodeBlockNs: 3355,
      coldL2: 0.235,
      coldSpan: 0.244,
    },
  },
  unevenness: 0.054,
};

/** Shares of the spec sheet's figures that a GPU reaches. */
export interface Efficiencies {
  memory: number;
  compute: number;
  attention: number;
}

/**
 * Where nobody has measured the GPU: by its memory, and by its attention kernel. The middle of what the GPUs reach whose
 * spec sheets have a calibration.
 */
const memoryDefaults: Readonly<Record<GpuSpec["memory"]["family"], number>> = { GDDR: 0.96, HBM: 0.87 };
const computeDefault = 0.87;
const attentionDefaults: Readonly<Record<AttentionKernel, number>> = { FA2: 0.6, FA3: 0.62 };

/** Efficiencies of a GPU: what was fitted to it, and defaults for the rest. */
export const efficienciesOf = ({ memory, attention_kernel, calibration }: GpuSpec): Efficiencies => ({
  memory: calibration?.memory ?? memoryDefaults[memory.family],
  compute: calibration?.compute ?? computeDefault,
  attention: calibration?.attention ?? attentionDefaults[attention_kernel.value],
});
