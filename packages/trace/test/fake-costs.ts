/**
 * @module
 * Batches and costs for tests: plain functions with round numbers, so that a case can be worked out by hand.
 */
import {
  type Architecture,
  architectureOf,
  type CollectiveCosts,
  type GpuCosts,
  type LayerName,
  type LinkCosts,
  outLayers,
  type PieceCosts,
  type PimCosts,
  type PimEnergy,
  type PimSystem,
  stepTable,
} from "@tandem-sim/hardware";
import { Batch } from "@tandem-sim/scheduler";
import type { ModelConfig } from "@tandem-sim/schemas";
import fc from "fast-check";
import { createBatchTable, createDecoderGraph, type IterationCosts, inTurn, shapeOf } from "../src/index.js";

/** Whose attention runs on PIM. */
export type Offload = "none" | "all" | "decode";

export const FIRST_CHANNEL = 24;
export const PER_GROUP = 4;

export const model: ModelConfig = {
  model_type: "llama",
  hidden_size: 64,
  intermediate_size: 128,
  num_attention_heads: 8,
  num_hidden_layers: 3,
  num_key_value_heads: 4,
  vocab_size: 100,
  max_position_embeddings: 4096,
  tie_word_embeddings: false,
  attention_bias: false,
};

export const architecture: Architecture = architectureOf(model);

/** ns of one layer: 1000 to read its weights and 7 per token, or sequence. */
const layerNs = (_layer: LayerName, size: number): number => 1000 + 7 * size;

const sum = (layers: readonly LayerName[], size: number): number =>
  layers.reduce((ns, layer) => ns + layerNs(layer, size), 0);

export const gpu: GpuCosts = {
  range: { tokens: 0, sequences: 0, prefillChunk: 0, kvPrefill: 0, nDecode: 0, nDecodeMixed: 0, kvDecode: 0 },
  layerNs,
  prologueNs: (tokens) => sum(architecture.prologue, tokens),
  preNs: (tokens) => sum(architecture.pre, tokens),
  postNs: (tokens) => sum(architecture.post, tokens),
  oProjNs: (tokens) => sum(outLayers(architecture), tokens),
  headNs: (tokens, sequences) => sum(architecture.head.dense, tokens) + sum(architecture.head.perSequence, sequences),
  attentionNs: (chunk, kvPrefill, decodes, mean, longest, shortest) =>
    500 + chunk * 3 + kvPrefill + decodes * mean + longest - shortest,
};

const decodeNs = (context: number): number => 300 + 2 * context;

const prefillNs = (context: number, tokens: number): number => {
  let ns = 0;
  for (let i = 1; i <= tokens; i++) ns += decodeNs(context + i);
  return ns;
};

const pieces: PieceCosts = {
  decode: decodeNs,
  prefill: prefillNs,
  repeat: (context, tokens) => tokens * decodeNs(context),
  append: (_context, tokens) => 50 * tokens,
};

const energyOfPieces: PieceCosts = {
  decode: (context) => 10 * decodeNs(context),
  prefill: (context, tokens) => 10 * prefillNs(context, tokens),
  repeat: (context, tokens) => 10 * tokens * decodeNs(context),
  append: (_context, tokens) => 7 * tokens,
};

export const pim: PimCosts = {
  timing: {} as PimCosts["timing"],
  shape: {} as PimCosts["shape"],
  decodeNs,
  prefillNs,
  appendNs: (_context, tokens) => 50 * tokens,
  stepNs: stepTable(pieces),
  pieces,
};

const energy: PimEnergy = {
  idleWatts: 1,
  peakWatts: 2,
  decodePj: (context) => 10 * decodeNs(context),
  prefillPj: (context, tokens) => 10 * pim.prefillNs(context, tokens),
  appendPj: (_context, tokens) => 7 * tokens,
  stepPj: stepTable(energyOfPieces),
  pieces: energyOfPieces,
};

export const link: LinkCosts = {
  upBytes: (tokens) => 192 * tokens,
  kvBytes: (tokens) => 64 * tokens,
  downBytes: (tokens) => 128 * tokens,
  partialBytes: (partials) => 144 * partials,
  transferNs: (bytes) => (bytes === 0 ? 0 : 200 + bytes),
};

const system = (phase: Offload, groups: number, stripeTokens: number): PimSystem => ({
  attach: "host",
  device: {} as PimSystem["device"],
  timing: pim.timing,
  layout: {
    name: "fake",
    groups,
    channelsPerGroup: PER_GROUP,
    blocksPerGroup: 1000,
    ...(stripeTokens > 0 ? { stripes: { groups, stripeTokens } } : {}),
  },
  firstChannel: FIRST_CHANNEL,
  channels: groups * PER_GROUP,
  copies: 1,
  gemvGBps: 1,
  linkGBps: 1,
  bytes: link,
  link,
  access: "separate",
  contention: null,
  attention: pim,
  energy,
  attendsOnPim: (prefill) => phase === "all" || !prefill,
});

/** Between two GPUs. */
export const collective: CollectiveCosts = {
  gpus: 2,
  bytes: (tokens) => 128 * tokens,
  allReduceNs: (bytes) => 400 + bytes,
  movedBytes: (bytes) => 2 * bytes,
};

export const costsOf = (phase: Offload, groups: number, gpus = 1, stripeTokens = 0): IterationCosts => ({
  layers: model.num_hidden_layers,
  gpu,
  collective: gpus > 1 ? collective : null,
  mergeNs: (partialBytes) => 60 + partialBytes,
  hostNs: (tokens) => 20 + tokens,
  separateAttention: false,
  pim: phase === "none" ? null : system(phase, groups, stripeTokens),
});

/** An empty table for batches in so many sub-batches. */
export const tableFor = (costs: IterationCosts, subBatches: number, order = inTurn) =>
  createBatchTable(createDecoderGraph({ ...shapeOf(costs), subBatches, order }));

export interface Entry {
  tokens: number;
  context: number;
  prefill?: boolean;
  group?: number;
  hits?: number;
}

/** A batch whose requests arrived in this order. */
export function batchOf(entries: readonly Entry[]): Batch {
  const batch = new Batch();
  batch.clear();
  entries.forEach(({ tokens, context, prefill = tokens > 1, group = -1, hits = 0 }, order) => {
    batch.add({ row: order, tokens, context, prefill, samples: true, group, hits, order });
  });
  return batch;
}

/** Prefills with and without hits, and decodes, over `groups` groups. */
export const entries = (groups: number): fc.Arbitrary<Entry[]> => {
  const group = groups === 0 ? fc.constant(-1) : fc.nat({ max: groups - 1 });
  const decode = fc.record({
    tokens: fc.constant(1),
    context: fc.integer({ min: 1, max: 500 }),
    prefill: fc.constant(false),
    group,
  });
  const prefill = fc.record({
    tokens: fc.integer({ min: 1, max: 60 }),
    context: fc.nat({ max: 200 }),
    prefill: fc.constant(true),
    group,
  });
  const resumed = fc
    .record({ tokens: fc.integer({ min: 1, max: 60 }), context: fc.integer({ min: 1, max: 10 }), group })
    .map(({ tokens, context, group: on }) => ({
      tokens,
      context: 16 * context,
      prefill: true,
      group: on,
      hits: 16 * context,
    }));
  return fc.array(fc.oneof({ weight: 3, arbitrary: decode }, { weight: 2, arbitrary: prefill }, resumed), {
    minLength: 1,
    maxLength: 20,
  });
};

export interface Situation {
  phase: Offload;
  groups: number;
  /** Of striped KV; 0: a request is on one group. */
  stripeTokens: number;
  entries: Entry[];
}

/** A phase with its groups, and a batch for them. */
export const situations: fc.Arbitrary<Situation> = fc
  .tuple(
    fc.constantFrom<Offload>("none", "all", "decode"),
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom(0, 0, 16, 128),
  )
  .chain(([phase, some, stripe]) => {
    const groups = phase === "none" ? 0 : some;
    const stripeTokens = groups > 1 ? stripe : 0;
    return entries(groups).map((list) => ({ phase, groups, stripeTokens, entries: list }));
  });

/** The costs of a situation. */
export const costsIn = ({ phase, groups, stripeTokens }: Situation): IterationCosts =>
  costsOf(phase, groups, 1, stripeTokens);
