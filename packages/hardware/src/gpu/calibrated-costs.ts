/**
 * @module
 * GPU costs corrected by what a recorded run says of the service: two factors over any other model of the GPU.
 */
import type { ModelConfig } from "@tandem-sim/schemas";
import { architectureOf, type LayerName, outLayers } from "./architecture.js";
import type { GpuCosts } from "./costs.js";
import { modelShape } from "./model-shape.js";
import { rememberedSum } from "./remembered-sum.js";
import { attentionWork, layerWork, memoryShare, type Roofline } from "./roofline.js";

export interface CalibrationFactors {
  /** Work that memory, and that computation bounds, runs so many times as fast. */
  memory: number;
  compute: number;
  roofline: Roofline;
  /** Bytes of an element of the weights and activations, and of K and V. */
  elementBytes: number;
  kvElementBytes: number;
}

/**
 * The same costs with every time multiplied by sqrt(w / memory^2 + (1 - w) / compute^2), where w is the part that memory
 * bounds: what t = sqrt(read^2 + compute^2) becomes when its two sides take so many times as long. Every layer has a w of
 * its own, so that sums stay sums of layers. What a kernel takes apart from both, a few us, is scaled with the rest.
 *
 * @param model the part that one GPU holds
 */
export function calibratedCosts(costs: GpuCosts, model: ModelConfig, factors: CalibrationFactors): GpuCosts {
  const { memory, compute, roofline, elementBytes, kvElementBytes } = factors;
  if (memory === 1 && compute === 1) return costs;
  const architecture = architectureOf(model);
  const shape = modelShape(model);
  const scaled = (ns: number, share: number): number =>
    Math.max(1, Math.round(ns * Math.sqrt(share / memory ** 2 + (1 - share) / compute ** 2)));
  const layerNs = (layer: LayerName, size: number): number => {
    const work = layerWork(architecture.kinds[layer], shape, elementBytes, Math.max(1, size));
    return scaled(costs.layerNs(layer, size), memoryShare(work, roofline));
  };
  // The sum of `costs` reports sizes beyond what was measured.
  const sumOf = (layers: readonly LayerName[], watched: (size: number) => void): ((size: number) => number) =>
    rememberedSum(
      layers.map((layer) => (size) => layerNs(layer, size)),
      watched,
    );
  const { prologue, pre, post, head } = architecture;
  const headTokensNs = sumOf(head.dense, (tokens) => costs.headNs(tokens, 1));
  const headSequencesNs = sumOf(head.perSequence, (sequences) => costs.headNs(1, sequences));
  return {
    range: costs.range,
    prologueNs: sumOf(prologue, costs.prologueNs),
    preNs: sumOf(pre, costs.preNs),
    postNs: sumOf(post, costs.postNs),
    oProjNs: sumOf(outLayers(architecture), costs.oProjNs),
    headNs: (tokens, sequences) => headTokensNs(tokens) + headSequencesNs(sequences),
    layerNs,
    attentionNs: (chunk, kvPrefill, decodes, mean, longest, shortest) =>
      scaled(
        costs.attentionNs(chunk, kvPrefill, decodes, mean, longest, shortest),
        memoryShare(attentionWork(shape, kvElementBytes, [chunk, kvPrefill, decodes, mean]), roofline),
      ),
  };
}
