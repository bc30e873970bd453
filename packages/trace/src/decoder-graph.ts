/**
 * @module
 * The stages of a decoder's iteration. Every sub-batch runs through
 *
 *     prologue | pre, attention(1) | post, pre, attention(2) | ... | post, head
 *
 * where attention is on the GPU, or up the link, on the PIM channels and down again, or both beside each other; partial
 * results of striped KV are merged on the GPU behind that. PIM in the GPU's own memory has no link. GPUs that share the layers
 * run post in two parts, an all-reduce behind each: out, all-reduce, mlp, all-reduce. On every resource the sub-batches take
 * turns, in an order of `issue-order.ts`.
 */
import type { PimSystem } from "@tandem-sim/hardware";
import type { IterationCosts } from "./costs.js";
import { type IssueOrder, inTurn, type LayerPart } from "./issue-order.js";
import type { Resource, Segment, Stage, StageGraph } from "./stages.js";

/** Channel groups as resources, and what is between them and the GPU. */
export interface PimTopology {
  groups: number;
  channelsPerGroup: number;
  firstChannel: number;
  /** False: PIM is in the GPU's own memory. */
  hasLink: boolean;
  access: PimSystem["access"];
  /** Whether a request's KV is striped over the groups. */
  isStriped: boolean;
}

const topologyOf = ({ layout, firstChannel, link, access }: PimSystem): PimTopology => ({
  groups: layout.groups,
  channelsPerGroup: layout.channelsPerGroup,
  firstChannel,
  hasLink: link !== null,
  access,
  isStriped: layout.stripes !== undefined,
});

/** The topology of an instance's iterations, but for their sub-batches. */
export const shapeOf = ({ layers, pim, collective }: IterationCosts): Omit<DecoderShape, "subBatches"> => ({
  layers,
  pim: pim && topologyOf(pim),
  reduces: collective !== null,
});

/** What the topology depends on. */
export interface DecoderShape {
  layers: number;
  subBatches: number;
  /** What attention is offloaded to; null without offload. */
  pim: PimTopology | null;
  /** Whether several GPUs share the layers. Left out: it is one. */
  reduces?: boolean;
  /** Left out: in turn. */
  order?: IssueOrder;
}

/** Transfers of one sub-batch between the GPU and PIM, as indices. */
export interface LinkStages {
  /** K and V of prefix hits come down. */
  fetch: number;
  /** q, k and v go up. */
  up: number;
  /** Attention outputs come down. */
  down: number;
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
    /** Attention and KV appends: a unit per group. */
    pim: number;
    /** Null where PIM is in the GPU's own memory. */
    link: LinkStages | null;
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
    offload: { pim: number; link: { up: number; down: number } | null } | null;
    /** Null where there is one GPU. */
    collective: number | null;
  };
  /** The stages of a layer that has one before and one behind it, sub-batch by sub-batch. */
  layer: readonly number[];
}

const one = { units: 1, copies: 1, firstDevice: null } as const;

/** The resources, and where each is among them. */
function resourcesOf({ pim, reduces }: DecoderShape): { resources: Resource[]; on: DecoderGraph["on"] } {
  const resources: Resource[] = [];
  const add = (resource: Resource): number => resources.push(resource) - 1;
  const link = (name: string): number => add({ name, kind: "link", ...one, explainsIdle: false });
  const gpu = add({ name: "GPU", kind: "gpu", ...one, explainsIdle: true });
  const channels = ({ groups, channelsPerGroup, firstChannel }: PimTopology): number =>
    add({
      name: "PIM",
      kind: "pim",
      units: groups,
      copies: channelsPerGroup,
      firstDevice: firstChannel,
      explainsIdle: true,
    });
  const linked = (topology: PimTopology) => {
    const up = link("link up");
    return { pim: channels(topology), link: { up, down: link("link down") } };
  };
  const offload = pim && (pim.hasLink ? linked(pim) : { pim: channels(pim), link: null });
  const collective = reduces ? add({ name: "all-reduce", kind: "collective", ...one, explainsIdle: false }) : null;
  return { resources, on: { gpu, offload, collective } };
}

/** Numbers of the stages of one sub-batch, from `first` on. */
function numbered(first: number, { pim, reduces }: DecoderShape): SubBatchStages {
  let next = first;
  const [prologue, post, pre, attention] = [next++, next++, next++, next++];
  const [fetch, up] = pim?.hasLink ? [next++, next++] : [];
  const onPim = pim ? next++ : null;
  const link = fetch === undefined || up === undefined ? null : { fetch, up, down: next++ };
  const head = next++;
  const shared = reduces ? { out: next++, reduceOut: next++, reducePost: next++ } : null;
  const merge = pim?.isStriped ? next++ : null;
  const offload = onPim === null ? null : { pim: onPim, link, merge };
  return { prologue, pre, attention, post, head, offload, shared };
}

/** Adds the stages of one sub-batch. */
function addStages(stages: Stage[], subBatch: number, shape: DecoderShape, on: DecoderGraph["on"]): SubBatchStages {
  const own = numbered(stages.length, shape);
  const { pre, attention, post, offload, shared } = own;
  const given = offload ? [offload.link?.down ?? offload.pim] : [];
  const attended = [attention, ...given, ...(offload?.merge == null ? [] : [offload.merge])];
  const layerDone = shared ? shared.reducePost : post;
  const blocked = shape.pim?.access === "blocked" ? on.offload : null;
  const add = (name: string, resource: number, after: readonly number[] = [], more: Partial<Stage> = {}): void =>
    void stages.push({ name, subBatch, resource, after, firstLayer: 1, ...more });
  const addOnGpu = (name: string, after: readonly number[] = [], firstLayer = 1): void =>
    add(name, on.gpu, after, { firstLayer, ...(blocked && { excludes: blocked.pim }) });
  addOnGpu("prologue");
  if (shared) addOnGpu("mlp", [shared.reduceOut]);
  else addOnGpu("post", attended);
  addOnGpu("pre", [layerDone]);
  addOnGpu("attention", offload?.link ? [pre, offload.link.fetch] : [pre]);
  if (offload?.link && on.offload?.link) {
    const { up, down } = on.offload.link;
    add("fetch", down);
    add("up", up, [pre]);
    add("pim", on.offload.pim, [offload.link.up]);
    add("down", down, [offload.pim]);
  } else if (offload && on.offload) add("pim", on.offload.pim, [pre], blocked ? { excludes: on.gpu } : {});
  addOnGpu("head", [layerDone], shape.layers);
  if (shared && on.collective !== null) {
    addOnGpu("out", attended);
    add("allreduce", on.collective, [shared.out]);
    add("allreduce", on.collective, [post]);
  }
  if (offload && offload.merge !== null) addOnGpu("merge", given);
  return own;
}

/** @throws {RangeError} where there is no layer or no sub-batch */
export function createDecoderGraph(shape: DecoderShape): DecoderGraph {
  const { layers, subBatches, pim, order = inTurn } = shape;
  if (!(layers >= 1 && subBatches >= 1)) throw new RangeError(`${layers} layers of ${subBatches} sub-batches`);
  const { resources, on } = resourcesOf(shape);
  const stages: Stage[] = [];
  const of = Array.from({ length: subBatches }, (_, subBatch) => addStages(stages, subBatch, shape, on));
  return {
    resources,
    stages,
    segments: segmentsOf(of, layers, order),
    subBatches,
    layers,
    of,
    on,
    contend: pim?.access === "concurrent" && on.offload ? [on.gpu, on.offload.pim] : null,
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
  const { link } = offload;
  if (!link) return [pre, attention, offload.pim];
  return [pre, attention, link.up, offload.pim, ...(fetchesNext ? [link.fetch] : []), link.down];
}

/** What comes before the first layer's cycle, the cycles, that in front of the last layer, and the last layer. */
function segmentsOf(of: readonly SubBatchStages[], layers: number, order: IssueOrder): Segment[] {
  const cycle = order(of.length);
  const fetches = of.flatMap(({ offload }) => (offload?.link ? [offload.link.fetch] : []));
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
