/**
 * @module
 * The stages of a decoder's iteration. Every sub-batch runs through
 *
 *     prologue | pre, attention(1) | post, pre, attention(2) | ... | post, head
 *
 * where attention is on the GPU, or up the link, on the PIM channels and down again, or both beside each other. On every
 * resource the sub-batches take turns, layer by layer.
 */
import type { Resource, Segment, Stage, StageGraph } from "./stages.js";

/** What the topology depends on. */
export interface DecoderShape {
  layers: number;
  subBatches: number;
  /** Channel groups that attention is offloaded to; null without offload. */
  pim: { groups: number; channelsPerGroup: number; firstChannel: number } | null;
}

/** Stages of one sub-batch, as indices. */
export interface SubBatchStages {
  prologue: number;
  /** Dense layers in front of attention. */
  pre: number;
  /** Attention that is not offloaded. */
  attention: number;
  /** Dense layers behind attention. */
  post: number;
  head: number;
  offload: {
    /** K and V of prefix hits come down. */
    fetch: number;
    /** q, k and v go up. */
    up: number;
    /** Attention and KV appends: a unit per group. */
    pim: number;
    /** Attention outputs come down. */
    down: number;
  } | null;
}

export interface DecoderGraph extends StageGraph {
  of: readonly SubBatchStages[];
  /** Indices of its resources. */
  on: { gpu: number; offload: { linkUp: number; pim: number; linkDown: number } | null };
  /** The stages of a layer that has one before and one behind it, in the order in which they are issued. */
  layer: readonly number[];
}

const GPU = 0;
const LINK_UP = 1;
const PIM = 2;
const LINK_DOWN = 3;

const one = { units: 1, copies: 1, firstDevice: null } as const;

function resourcesOf(pim: DecoderShape["pim"]): Resource[] {
  const gpu = { name: "GPU", kind: "gpu", ...one, explainsIdle: true };
  if (!pim) return [gpu];
  const { groups: units, channelsPerGroup: copies, firstChannel: firstDevice } = pim;
  return [
    gpu,
    { name: "link up", kind: "link", ...one, explainsIdle: false },
    { name: "PIM", kind: "pim", units, copies, firstDevice, explainsIdle: true },
    { name: "link down", kind: "link", ...one, explainsIdle: false },
  ];
}

/** @throws {RangeError} where there is no layer or no sub-batch */
export function createDecoderGraph({ layers, subBatches, pim }: DecoderShape): DecoderGraph {
  if (!(layers >= 1 && subBatches >= 1)) throw new RangeError(`${layers} layers of ${subBatches} sub-batches`);
  const stages: Stage[] = [];
  const of = Array.from({ length: subBatches }, (_, subBatch): SubBatchStages => {
    const first = stages.length;
    const add = (name: string, resource: number, after: readonly number[] = [], firstLayer = 1): number =>
      stages.push({ name, subBatch, resource, after, firstLayer }) - 1;
    // post waits for what comes behind it in the list: for the layer before.
    const [prologue, post, pre, attention, fetch, up, onPim, down] = Array.from(
      { length: 8 },
      (_stage, k) => first + k,
    );
    add("prologue", GPU);
    add("post", GPU, pim ? [attention, down] : [attention]);
    add("pre", GPU, [post]);
    add("attention", GPU, pim ? [pre, fetch] : [pre]);
    if (!pim) return { prologue, pre, attention, post, head: add("head", GPU, [post], layers), offload: null };
    add("fetch", LINK_DOWN);
    add("up", LINK_UP, [pre]);
    add("pim", PIM, [up]);
    add("down", LINK_DOWN, [onPim]);
    const head = add("head", GPU, [post], layers);
    return { prologue, pre, attention, post, head, offload: { fetch, up, pim: onPim, down } };
  });
  return {
    resources: resourcesOf(pim),
    stages,
    segments: segmentsOf(of, layers),
    subBatches,
    layers,
    of,
    on: { gpu: GPU, offload: pim && { linkUp: LINK_UP, pim: PIM, linkDown: LINK_DOWN } },
    layer: layerOf(of),
  };
}

/** From behind one attention to behind the next. K and V of the next layer's prefix hits wait for nobody, so they come
 * down while PIM computes. */
function around({ pre, attention, offload }: SubBatchStages, before: number, isLast: boolean): number[] {
  const dense = [before, pre, attention];
  if (!offload) return dense;
  return [...dense, offload.up, offload.pim, ...(isLast ? [] : [offload.fetch]), offload.down];
}

const layerOf = (of: readonly SubBatchStages[]): number[] => of.flatMap((own) => around(own, own.post, false));

/** The first layer, those like the second, the last one, and what comes behind it. */
function segmentsOf(of: readonly SubBatchStages[], layers: number): Segment[] {
  const fetches = of.flatMap(({ offload }) => (offload ? [offload.fetch] : []));
  const first = of.flatMap((own) => around(own, own.prologue, layers === 1));
  const last = of.flatMap((own) => around(own, own.post, true));
  return [
    { order: [...fetches, ...first], repeat: 1 },
    { order: layerOf(of), repeat: layers - 2 },
    { order: last, repeat: layers > 1 ? 1 : 0 },
    { order: of.flatMap(({ post, head }) => [post, head]), repeat: 1 },
  ].filter(({ repeat }) => repeat > 0);
}
