/**
 * @module
 * Random iterations: what sub-batches may cost, without a batch.
 */
import fc from "fast-check";
import {
  ABSENT,
  createDecoderGraph,
  createStageTable,
  crossed,
  type DecoderGraph,
  type IssueOrder,
  inTurn,
  issueOrders,
  type StageTable,
} from "../src/index.js";

/** Durations of one sub-batch in every layer, ns; without `upNs` nothing is on PIM, and 0 is absent where it may be. */
export interface SubBatchTimes {
  prologueNs: number;
  preNs: number;
  postNs: number;
  headNs: number;
  gpuAttentionNs: number;
  upNs: number;
  /** By channel group. */
  groupNs: readonly number[];
  downNs: number;
  /** Merging partial results of striped KV; 0 where none are. */
  mergeNs: number;
  fetchNs: number;
  /** Dense layers in front of the first all-reduce, beside `postNs`; 0 on one GPU. */
  outNs: number;
  /** Each of the two all-reduces; 0 on one GPU. */
  reduceNs: number;
}

export interface Iteration {
  layers: number;
  groups: number;
  subBatches: readonly SubBatchTimes[];
  /** Left out: in turn. */
  order?: IssueOrder;
  /** PIM in the GPU's own memory, and how they share it: then no transfer exists. Left out: behind a link. */
  access?: "blocked" | "concurrent";
  /** Share of its memory's bandwidth that the GPU asks for, where both run at a time. */
  asked?: number;
}

/** Where a sub-batch's attention runs. `appends`: all of it on the GPU, K and V go to PIM. `both`: decodes on PIM beside it. */
export type Shape = "gpu" | "pim" | "appends" | "both";

/** Small numbers make ties, large ones make steady states. */
const ns = (most: number, least = 0): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: least, max: 12 }), fc.integer({ min: least, max: most }));

const none: SubBatchTimes = {
  prologueNs: 0,
  preNs: 0,
  postNs: 0,
  headNs: 0,
  gpuAttentionNs: 0,
  upNs: 0,
  groupNs: [],
  downNs: 0,
  mergeNs: 0,
  fetchNs: 0,
  outNs: 0,
  reduceNs: 0,
};

function subBatch(shape: Shape, groups: number, reduces: boolean, striped: boolean): fc.Arbitrary<SubBatchTimes> {
  const offloads = shape !== "gpu";
  const no = fc.constant(0);
  // Somebody is on PIM: the last group has work at least.
  const loads = fc
    .tuple(ns(3000, 1), fc.array(fc.oneof(no, ns(3000, 1)), { minLength: groups - 1, maxLength: groups - 1 }))
    .map(([last, others]) => [...others, last]);
  return fc.record({
    prologueNs: ns(500),
    preNs: ns(1000, 1),
    postNs: ns(2000, 1),
    headNs: ns(2000),
    gpuAttentionNs: shape === "pim" ? no : ns(1000, 1),
    upNs: offloads ? ns(800, 1) : no,
    groupNs: offloads ? loads : fc.constant(new Array<number>(groups).fill(0)),
    downNs: shape === "pim" || shape === "both" ? ns(800, 1) : no,
    mergeNs: striped && (shape === "pim" || shape === "both") ? fc.oneof(no, ns(500, 1)) : no,
    fetchNs: shape === "appends" || shape === "both" ? fc.oneof(no, ns(1500, 1)) : no,
    outNs: reduces ? ns(500) : no,
    reduceNs: reduces ? ns(1500, 1) : no,
  });
}

export const iterationOf = (
  layers: number,
  groups: number,
  subBatches: readonly Partial<SubBatchTimes>[],
  order = inTurn,
): Iteration => ({ layers, groups, order, subBatches: subBatches.map((given) => ({ ...none, ...given })) });

/** Iterations with these shapes, up to 128 layers; on one GPU, or on several in any order. */
export const iterations = (
  shapes: readonly Shape[],
  counts: readonly number[] = [1, 2, 3],
  orders: readonly IssueOrder[] = issueOrders,
): fc.Arbitrary<Iteration> =>
  fc
    .record({
      layers: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 128 })),
      groups: fc.integer({ min: 1, max: 4 }),
      count: fc.constantFrom(...counts),
      reduces: fc.boolean(),
      striped: fc.boolean(),
      wished: fc.constantFrom(...orders),
    })
    .chain(({ layers, groups, count, reduces, striped, wished }) => {
      // Two are crossed, or none.
      const order = reduces && (count === 2 || wished !== crossed) ? wished : inTurn;
      const one = fc.constantFrom(...shapes).chain((shape) => subBatch(shape, groups, reduces, striped));
      return fc
        .array(one, { minLength: count, maxLength: count })
        .map((list) => iterationOf(layers, groups, list, order));
    });

/** Whether several GPUs share its layers. */
export const reducesIn = ({ subBatches }: Iteration): boolean => subBatches.some(({ reduceNs }) => reduceNs > 0);

/** One sub-batch of an iteration alone. */
export const alone = ({ layers, groups, subBatches, access, asked }: Iteration, s: number): Iteration => ({
  ...iterationOf(layers, groups, subBatches.slice(s, s + 1)),
  ...(access && { access, asked }),
});

/** The iteration as a stage table. */
export function tableOf(iteration: Iteration): StageTable & { graph: DecoderGraph } {
  const { layers, groups, subBatches, order = inTurn, access, asked = 0 } = iteration;
  const graph = createDecoderGraph({
    layers,
    subBatches: subBatches.length,
    pim: {
      groups,
      channelsPerGroup: 2,
      firstChannel: 0,
      hasLink: access === undefined,
      access: access ?? "separate",
      isStriped: subBatches.some(({ mergeNs }) => mergeNs > 0),
    },
    reduces: reducesIn(iteration),
    order,
  });
  const table = createStageTable(graph);
  const { ns: durations, offset } = table;
  table.asked.fill(asked);
  const orAbsent = (value: number): number => (value === 0 ? ABSENT : value);
  subBatches.forEach((times, s) => {
    const { prologue, pre, attention, post, head, offload, shared } = graph.of[s]!;
    durations[offset[prologue]!] = times.prologueNs;
    durations[offset[pre]!] = times.preNs;
    durations[offset[post]!] = times.postNs;
    durations[offset[head]!] = times.headNs;
    if (shared) {
      durations[offset[shared.out]!] = times.outNs;
      durations[offset[shared.reduceOut]!] = times.reduceNs;
      durations[offset[shared.reducePost]!] = times.reduceNs;
    }
    durations[offset[attention]!] = orAbsent(times.gpuAttentionNs);
    if (!offload || times.upNs === 0) return;
    if (offload.link) {
      durations[offset[offload.link.up]!] = times.upNs;
      durations[offset[offload.link.down]!] = orAbsent(times.downNs);
      durations[offset[offload.link.fetch]!] = orAbsent(times.fetchNs);
    }
    if (offload.merge !== null) durations[offset[offload.merge]!] = orAbsent(times.mergeNs);
    for (let g = 0; g < groups; g++) durations[offset[offload.pim]! + g] = orAbsent(times.groupNs[g] ?? 0);
  });
  return { ...table, graph };
}
