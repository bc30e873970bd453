/**
 * @module
 * Whole iterations of a raw profile, at the points where it measured attention and of batches as servers form them: what
 * the analytic model is fitted to and judged on.
 */
import {
  type Architecture,
  batchAttentionNs,
  createGpuCosts,
  type GpuBatch,
  type GpuCosts,
  iterationNs,
} from "@tandem-sim/hardware";
import type { GpuProfile } from "@tandem-sim/schemas";
import { batchFamilies, sampleBatches } from "../sampled-batches.js";

/** Kinds of iteration: servers run each of them, and each errs in its own way. */
export const phases = ["decode", "prefill", "mixed"] as const;
export type Phase = (typeof phases)[number];

export interface MeasuredIterations {
  phase: Phase;
  batches: GpuBatch[];
  /** Attention of one layer, and all other layers of the model together, ns. */
  attentionNs: Float64Array;
  otherNs: Float64Array;
}

const phaseOf = (chunk: number, decodes: number): Phase => {
  if (chunk === 0) return "decode";
  return decodes === 0 ? "prefill" : "mixed";
};

function batchAt({ attention }: GpuProfile, i: number): GpuBatch {
  const nDecode = attention.nDecode[i];
  const context = nDecode === 0 ? 0 : attention.kvDecode[i];
  return {
    prefillChunk: attention.prefillChunk[i],
    kvPrefill: attention.kvPrefill[i],
    prefills: attention.prefillChunk[i] > 0 ? 1 : 0,
    nDecode,
    kvDecodeMean: context,
    kvDecodeMax: context,
    kvDecodeMin: context,
  };
}

function iterationsOf(costs: GpuCosts, layers: number, phase: Phase, batches: GpuBatch[]): MeasuredIterations {
  const attentionNs = Float64Array.from(batches, (batch) => batchAttentionNs(costs, batch));
  const otherNs = Float64Array.from(batches, (batch, i) => iterationNs(costs, layers, batch) - layers * attentionNs[i]);
  return { phase, batches, attentionNs, otherNs };
}

const promptOf = (batch: GpuBatch): GpuBatch => ({
  ...batch,
  nDecode: 0,
  kvDecodeMean: 0,
  kvDecodeMax: 0,
  kvDecodeMin: 0,
});

/** Random batches as servers form them, uneven decodes included. Prefill: the mixed ones without their decodes. */
export function sampledIterations(
  raw: GpuProfile,
  architecture: Architecture,
  layers: number,
  { batches = 2000, seed = 11 }: { batches?: number; seed?: number } = {},
): MeasuredIterations[] {
  const costs = createGpuCosts(raw, architecture);
  const [decode, mixed] = batchFamilies.map((family) => sampleBatches(family, batches, seed));
  const of: Record<Phase, GpuBatch[]> = { decode, prefill: mixed.map(promptOf), mixed };
  return phases.map((phase) => iterationsOf(costs, layers, phase, of[phase]));
}

/**
 * @param layers decoder layers of the model
 * @param every of the many mixed batches only each so manieth
 */
export function rawIterations(
  raw: GpuProfile,
  architecture: Architecture,
  layers: number,
  every = 1,
): MeasuredIterations[] {
  const costs = createGpuCosts(raw, architecture);
  const batches = raw.attention.timeUs.map((_, i) => batchAt(raw, i));
  return phases.map((phase) => {
    const own = batches.filter(({ prefillChunk, nDecode }) => phaseOf(prefillChunk, nDecode) === phase);
    return iterationsOf(costs, layers, phase, phase === "mixed" ? own.filter((_, i) => i % every === 0) : own);
  });
}
