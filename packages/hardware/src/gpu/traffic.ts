/**
 * @module
 * Bytes that the parts of a GPU's iteration move through its memory: weights once, activations in and out, K and V.
 */
import type { ModelConfig } from "@tandem-sim/schemas";
import { architectureOf, type LayerName, outLayers } from "./architecture.js";
import { modelShape } from "./model-shape.js";
import { attentionWork, layerWork } from "./roofline.js";

/** Bytes; the parts are those of `GpuCosts`. */
export interface GpuTraffic {
  prologueBytes(tokens: number): number;
  preBytes(tokens: number): number;
  postBytes(tokens: number): number;
  oProjBytes(tokens: number): number;
  headBytes(tokens: number, sequences: number): number;
  attentionBytes(chunk: number, kvPrefill: number, decodes: number, kvDecode: number): number;
}

/** @param model the part that one GPU holds */
export function createGpuTraffic(model: ModelConfig, elementBytes: number, kvElementBytes: number): GpuTraffic {
  const architecture = architectureOf(model);
  const shape = modelShape(model);
  const bytesOf = (layers: readonly LayerName[]) => {
    const bytes = (size: number): number =>
      layers.reduce((sum, layer) => sum + layerWork(architecture.kinds[layer], shape, elementBytes, size).bytes, 0);
    const fixed = bytes(0);
    const each = bytes(1) - fixed;
    return (size: number): number => fixed + each * size;
  };
  const { prologue, pre, post, head } = architecture;
  const headTokens = bytesOf(head.dense);
  const headSequences = bytesOf(head.perSequence);
  return {
    prologueBytes: bytesOf(prologue),
    preBytes: bytesOf(pre),
    postBytes: bytesOf(post),
    oProjBytes: bytesOf(outLayers(architecture)),
    headBytes: (tokens, sequences) => headTokens(tokens) + headSequences(sequences),
    attentionBytes: (...work) => attentionWork(shape, kvElementBytes, work).bytes,
  };
}
