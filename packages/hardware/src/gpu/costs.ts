/**
 * @module
 * Time of one GPU iteration's parts, from a profile: a function of numbers (tokens, sequences, contexts), in whole ns.
 */
import { type GpuProfile, TandemError } from "@tandem-sim/schemas";
import { type Architecture, type LayerName, outLayers } from "./architecture.js";
import { type AttentionNs, attentionCost } from "./attention.js";
import { type LayerCurve, layerCurve } from "./layer-curve.js";
import { rememberedSum } from "./remembered-sum.js";

/** Axes of the profile's tables. Decodes alone are measured up to more of them than decodes beside a prefill chunk. */
export type ProfileAxis =
  | "tokens"
  | "sequences"
  | "prefillChunk"
  | "kvPrefill"
  | "nDecode"
  | "nDecodeMixed"
  | "kvDecode";

/** Greatest value measured on each axis. */
export type ProfileRange = Readonly<Record<ProfileAxis, number>>;

/** Called whenever a query sets a new maximum beyond what was measured. */
export type OnExtrapolate = (axis: ProfileAxis, value: number, limit: number) => void;

/** Every result is whole ns >= 1, and every sum is the sum of `layerNs` over its layers. Sizes below 1 count as 1. */
export interface GpuCosts {
  readonly range: ProfileRange;
  prologueNs(tokens: number): number;
  /** One decoder layer up to attention. */
  preNs(tokens: number): number;
  /** One decoder layer after attention. */
  postNs(tokens: number): number;
  /** The part of `postNs` up to and with attention's output projection: tensor parallelism adds up behind it. */
  oProjNs(tokens: number): number;
  headNs(tokens: number, sequences: number): number;
  /** One layer: by sequences for `lm_head` and `sampler`, by tokens otherwise. */
  layerNs(layer: LayerName, size: number): number;
  /** Attention of one decoder layer; see `AttentionNs` for the arguments. */
  attentionNs: AttentionNs;
}

const greatest = (values: readonly number[]): number => values.reduce((max, value) => Math.max(max, value), 0);

/**
 * The cost model of one (GPU, model, dtype, tp).
 *
 * @throws {TandemError} E_SCHEMA if the profile lacks a layer of the architecture
 * @example
 * const costs = createGpuCosts(profile, architectureOf(model));
 * const decode8At512 = costs.attentionNs(0, 0, 8, 512, 512, 512);
 */
export function createGpuCosts(
  profile: GpuProfile,
  architecture: Architecture,
  options: { onExtrapolate?: OnExtrapolate } = {},
): GpuCosts {
  const { prologue, pre, post, head } = architecture;
  const curves = new Map<LayerName, LayerCurve>();
  for (const layer of [...prologue, ...pre, ...post, ...head.dense])
    curves.set(layer, layerCurve(layer, profile.dense[layer]));
  for (const layer of head.perSequence) curves.set(layer, layerCurve(layer, profile.perSequence[layer]));
  const curveOf = (layer: LayerName): LayerCurve => {
    const curve = curves.get(layer);
    if (curve) return curve;
    throw new TandemError("E_UNSUPPORTED", `${architecture.modelType} has no layer "${layer}" of its own`);
  };
  const curvesOf = (layers: readonly LayerName[]): LayerCurve[] => layers.map(curveOf);
  const leastLimit = (layers: readonly LayerName[]): number =>
    Math.min(...curvesOf(layers).map((curve) => curve.limit));
  const { attention } = profile;
  const range: ProfileRange = {
    tokens: leastLimit([...prologue, ...pre, ...post, ...head.dense]),
    sequences: leastLimit(head.perSequence),
    prefillChunk: greatest(attention.prefillChunk),
    kvPrefill: greatest(attention.kvPrefill),
    nDecode: greatest(attention.nDecode.filter((_, i) => attention.prefillChunk[i] === 0)),
    nDecodeMixed: greatest(attention.nDecode.filter((_, i) => attention.prefillChunk[i] > 0)),
    kvDecode: greatest(attention.kvDecode),
  };

  const seen: Record<ProfileAxis, number> = { ...range };
  const beyond = (axis: ProfileAxis, value: number): void => {
    seen[axis] = value;
    options.onExtrapolate?.(axis, value, range[axis]);
  };
  const watch = (axis: ProfileAxis) => (value: number) => {
    if (value > seen[axis]) beyond(axis, value);
  };

  const headTokensNs = rememberedSum(curvesOf(head.dense), watch("tokens"));
  const headSequencesNs = rememberedSum(curvesOf(head.perSequence), watch("sequences"));
  const lookUp = attentionCost(profile);
  return {
    range,
    prologueNs: rememberedSum(curvesOf(prologue), watch("tokens")),
    preNs: rememberedSum(curvesOf(pre), watch("tokens")),
    postNs: rememberedSum(curvesOf(post), watch("tokens")),
    oProjNs: rememberedSum(curvesOf(outLayers(architecture)), watch("tokens")),
    headNs: (tokens, sequences) => headTokensNs(tokens) + headSequencesNs(sequences),
    layerNs: (layer, size) => curveOf(layer)(size < 1 ? 1 : size),
    attentionNs: (prefillChunk, kvPrefill, nDecode, kvDecodeMean, kvDecodeMax, kvDecodeMin) => {
      if (prefillChunk > seen.prefillChunk) beyond("prefillChunk", prefillChunk);
      if (kvPrefill > seen.kvPrefill) beyond("kvPrefill", kvPrefill);
      if (prefillChunk === 0 ? nDecode > seen.nDecode : nDecode > seen.nDecodeMixed) {
        beyond(prefillChunk === 0 ? "nDecode" : "nDecodeMixed", nDecode);
      }
      if (kvDecodeMax > seen.kvDecode) beyond("kvDecode", kvDecodeMax);
      return lookUp(prefillChunk, kvPrefill, nDecode, kvDecodeMean, kvDecodeMax, kvDecodeMin);
    },
  };
}
