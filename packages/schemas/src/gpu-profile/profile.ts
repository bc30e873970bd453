/**
 * @module
 * A GPU profile in memory: layer timings of one (GPU, model, dtype, tp), raw or compact. Times are microseconds,
 * as LLMServingSim's profiler writes them; the cost model converts to ns once.
 */

import type { SpecSheetTier } from "../spec-sheet.js";

/** Samples of one layer over its size (tokens or sequences), ascending. */
export interface LayerSamples {
  sizes: number[];
  timeUs: number[];
}

/** Attention samples as columns of equal length. */
export interface AttentionSamples {
  prefillChunk: number[];
  kvPrefill: number[];
  nDecode: number[];
  kvDecode: number[];
  timeUs: number[];
}

/** Bin edges and labels of one axis of the skew table; bin i is (edges[i], edges[i+1]]. */
export interface SkewAxis {
  bins: number[];
  labels: string[];
}

/** What uneven decode lengths cost: alpha of t = t(mean) + alpha (t(max) - t(mean)), by bucket. */
export interface SkewTable {
  alphaDefault: number;
  axes: { n: SkewAxis; skewRate: SkewAxis; kvBig: SkewAxis; kp: SkewAxis };
  /** `pc|n label|skew-rate label|kv label|kp label` -> alpha. */
  alpha: Map<string, number>;
}

/** Uneven lengths cost nothing extra: a profile that does not say. */
export const noSkew: SkewTable = {
  alphaDefault: 0,
  axes: {
    n: { bins: [], labels: [] },
    skewRate: { bins: [], labels: [] },
    kvBig: { bins: [], labels: [] },
    kp: { bins: [], labels: [] },
  },
  alpha: new Map(),
};

export interface GpuProfile {
  hardware: string;
  model: string;
  variant: string;
  tp: number;
  /** KV cache that attention was measured with; auto = of the profile's dtype. */
  kvCacheDtype: "auto" | "fp8";
  /** Measured samples or a fit to them: the two interpolate attention in different ways. */
  form: "raw" | "compact";
  dense: Record<string, LayerSamples>;
  perSequence: Record<string, LayerSamples>;
  attention: AttentionSamples;
  /**
   * Compact form: further prefill chunks that the raw table has knots at, with the shortest decode context measured
   * there. The raw table holds such a chunk's slice flat below that context.
   */
  heldChunks: { chunk: number; context: number }[];
  skew: SkewTable;
  /** Where the data is from, free text. */
  source: string;
  /** Tables that were computed from a spec sheet, and how far that was fitted; left out: measured. */
  computed?: SpecSheetTier;
}
