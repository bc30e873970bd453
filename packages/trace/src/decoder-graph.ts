/**
 * @module
 * The stages of a decoder's iteration. Every sub-batch runs through
 *
 *     prologue | pre, attention(1) | post, pre, attention(2) | ... | post, head
 *
 * where attention is on the GPU, or up the link, on the PIM channels and down again, or both beside each other; partial
 * results of striped KV are merged on the GPU behind that. GPUs that share the layers run post in two parts, an all-reduce
 * behind each: out, all-reduce, mlp, all-reduce. On every resource the sub-batches take turns, in an order of
 * `issue-order.ts`.
 */
import { type IssueOrder, inTurn, type LayerPart } from "./issue-order.js";
import type { Resource, Segment, Stage, StageGraph } from "./stages.js";

/** What the topology depends on. */
export interface DecoderShape {
  layers: number;
  subBatches: number;
  /** Channel groups that attention is offloaded to; `stripes` where KV is striped over them. Null without offload. */
  pim: { groups: number; channelsPerGroup: number; firstChannel: number; stripes?: unknown } | null;
  /** Whether several GPUs share the layers. Left out: it is one. */
  reduces?: boolean;
  /** Left out: in turn. */
  order?: IssueOrder;
}

/** Stages of one sub-batch, as indices. */
export interface SubBatchStages {
  prologue: number;
  /** Dense layers in front of attention. */
  pre: number;
  /** Attention that is not offloaded. */
  attention: number;
  /** Dense layers behind attention; where GPUs share them, those of the MLP. */
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
    /** Partial results of striped KV are merged, on the GPU; null where KV is not striped. */
    merge: number | null;
  } | null;
  shared: {
    /** The output projection, in front of the MLP. */
    out: number;
    /** The all-reduces behind `out` and behind `post`. */
    reduceOut: number;
    reducePost: number;
  } | null;
}

export interface DecoderGraph extends StageGraph {
  of: readonly SubBatchStages[];
  /** Indices of its resources. */
  on: {
    gpu: number;
    offload: { linkUp: number; pim: number; linkDown: number } | null;
    /** Null where there is one GPU. */
    collective: number | null;
  };
  /** The stages of a layer that has one before and one behind it, sub-batch by sub-batch. */
  layer: readonly number[];
}

const GPU = 0;
const LINK_UP = 1;
const PIM = 2;
const LINK_DOWN = 3;

const one = { units: 1, copies: 1, firstDevice: null } as const;

function resourcesOf({ pim, reduces }: DecoderShape): Resource[] {
  const gpu = { name: "GPU", kind: "gpu", ...one, explainsIdle: true };
  const allReduce = { name: "all-reduce", kind: "collective", ...one, explainsIdle: false };
  const collective = reduces ? [allReduce] : [];
  if (!pim) return [gpu, ...collective];
  const { groups: units, channelsPerGroup: copies, firstChannel: firstDevice } = pim;
  return [
    gpu,
    { name: "link up", kind: "link", ...one, explainsIdle: false },
    { name: "PIM", kind: "pim", units, copies, firstDevice, explainsIdle: true },
    { name: "link down", kind: "link", ...one, explainsIdle: false },
    ...collective,
  ];
}

/** Adds the stages of one sub-batch. */
function addStages(stages: Stage[], subBatch: number, { layers, pim, reduces }: DecoderShape, collective: number) {
  const first = stages.length;
  const [prologue, post, pre, attention] = [first, first + 1, first + 2, first + 3];
  const head = first + (pim ? 8 : 4);
  const shared = reduces ? { out: head + 1, reduceOut: head + 2, reducePost: head + 3 } : null;
  const merge = pim?.stripes ? head + (shared ? 4 : 1) : null;
  const offload = pim && { fetch: first + 4, up: first + 5, pim: first + 6, down: first + 7, merge };
  const attended = offload ? [attention, offload.down, ...(merge === null ? [] : [merge])] : [attention];
  const layerDone = shared ? shared.reducePost : post;
  const add = (name: string, resource: number, after: readonly number[] = [], firstLayer = 1): void =>
    void stages.push({ name, subBatch, resource, after, firstLayer });
  add("prologue", GPU);
  if (shared) add("mlp", GPU, [shared.reduceOut]);
  else add("post", GPU, attended);
  add("pre", GPU, [layerDone]);
  add("attention", GPU, offload ? [pre, offload.fetch] : [pre]);
  if (offload) {
    add("fetch", LINK_DOWN);
    add("up", LINK_UP, [pre]);
    add("pim", PIM, [offload.up]);
    add("down", LINK_DOWN, [offload.pim]);
  }
  add("head", GPU, [layerDone], layers);
  if (shared) {
    add("out", GPU, attended);
    add("allreduce", collective, [shared.out]);
    add("allreduce", collective, [post]);
  }
  if (offload && merge !== null) add("merge", GPU, [offload.down]);
  return { prologue, pre, attention, post, head, offload, shared };
}

/** @throws {RangeError} where there is no layer or no sub-batch */
export function createDecoderGraph(shape: DecoderShape): DecoderGraph {
  const { layers, subBatches, pim, reduces = false, order = inTurn } = shape;
  if (!(layers >= 1 && subBatches >= 1)) throw new RangeError(`${layers} layers of ${subBatches} sub-batches`);
  const resources = resourcesOf(shape);
  const collective = resources.length - 1;
  const stages: Stage[] = [];
  const of = Array.from({ length: subBatches }, (_, subBatch) => addStages(stages, subBatch, shape, collective));
  return {
    resources,
    stages,
    segments: segmentsOf(of, layers, order),
    subBatches,
    layers,
    of,
    on: {
      gpu: GPU,
      offload: pim && { linkUp: LINK_UP, pim: PIM, linkDown: LINK_DOWN },
      collective: reduces ? collective : null,
    },
    layer: inTurn(subBatches).flatMap(({ part, subBatch }) => stagesOf(of[subBatch], part)),
  };
}

/** K and V of the next layer's prefix hits wait for nobody, so they come down while PIM computes. */
function stagesOf(
  { pre, attention, post, offload, shared }: SubBatchStages,
  part: LayerPart,
  fetchesNext = true,
): number[] {
  const merge = offload?.merge ?? null;
  if (part === "out") return [...(merge === null ? [] : [merge]), ...(shared ? [shared.out, shared.reduceOut] : [])];
  if (part === "mlp") return shared ? [post, shared.reducePost] : [post];
  if (!offload) return [pre, attention];
  return [pre, attention, offload.up, offload.pim, ...(fetchesNext ? [offload.fetch] : []), offload.down];
}

/** What comes before the first layer's cycle, the cycles, that in front of the last layer, and the last layer. */
function segmentsOf(of: readonly SubBatchStages[], layers: number, order: IssueOrder): Segment[] {
  const cycle = order(of.length);
  const fetches = of.flatMap(({ offload }) => (offload ? [offload.fetch] : []));
  const into = of.flatMap((own) => [own.prologue, ...stagesOf(own, "into", layers > 1)]);
  const ahead = cycle.filter((step) => step.ahead).flatMap(({ part, subBatch }) => stagesOf(of[subBatch], part));
  const around = (fetchesNext: boolean): number[] =>
    cycle.flatMap(({ part, subBatch }) => stagesOf(of[subBatch], part, fetchesNext));
  const last = cycle
    .filter((step) => step.part !== "into" && !step.ahead)
    .flatMap(({ part, subBatch }) => {
      const own = of[subBatch];
      return [...stagesOf(own, part), ...(part === "mlp" ? [own.head] : [])];
    });
  return [
    { order: [...fetches, ...into, ...ahead], repeat: 1 },
    { order: around(true), repeat: layers - 2 },
    { order: around(false), repeat: layers > 1 ? 1 : 0 },
    { order: last, repeat: 1 },
  ].filter(({ repeat }) => repeat > 0);
}
