/**
 * @module
 * Random iterations: what sub-batches may cost, without a batch.
 */
import fc from "fast-check";
import { ABSENT, createDecoderGraph, createStageTable, type DecoderGraph, type StageTable } from "../src/index.js";

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
  fetchNs: number;
}

export interface Iteration {
  layers: number;
  groups: number;
  subBatches: readonly SubBatchTimes[];
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
  fetchNs: 0,
};

function subBatch(shape: Shape, groups: number): fc.Arbitrary<SubBatchTimes> {
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
    fetchNs: shape === "appends" || shape === "both" ? fc.oneof(no, ns(1500, 1)) : no,
  });
}

export const iterationOf = (
  layers: number,
  groups: number,
  subBatches: readonly Partial<SubBatchTimes>[],
): Iteration => ({ layers, groups, subBatches: subBatches.map((given) => ({ ...none, ...given })) });

/** Iterations with these shapes, up to 128 layers. */
export const iterations = (shapes: readonly Shape[], counts: readonly number[] = [1, 2, 3]): fc.Arbitrary<Iteration> =>
  fc
    .record({
      layers: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 128 })),
      groups: fc.integer({ min: 1, max: 4 }),
      count: fc.constantFrom(...counts),
    })
    .chain(({ layers, groups, count }) => {
      const one = fc.constantFrom(...shapes).chain((shape) => subBatch(shape, groups));
      return fc.array(one, { minLength: count, maxLength: count }).map((list) => iterationOf(layers, groups, list));
    });

/** One sub-batch of an iteration alone. */
export const alone = ({ layers, groups, subBatches }: Iteration, s: number): Iteration =>
  iterationOf(layers, groups, subBatches.slice(s, s + 1));

/** The iteration as a stage table. */
export function tableOf({ layers, groups, subBatches }: Iteration): StageTable & { graph: DecoderGraph } {
  const graph = createDecoderGraph({
    layers,
    subBatches: subBatches.length,
    pim: { groups, channelsPerGroup: 2, firstChannel: 0 },
  });
  const table = createStageTable(graph);
  const { ns: durations, offset } = table;
  const orAbsent = (value: number): number => (value === 0 ? ABSENT : value);
  subBatches.forEach((times, s) => {
    const { prologue, pre, attention, post, head, offload } = graph.of[s]!;
    durations[offset[prologue]!] = times.prologueNs;
    durations[offset[pre]!] = times.preNs;
    durations[offset[post]!] = times.postNs;
    durations[offset[head]!] = times.headNs;
    durations[offset[attention]!] = orAbsent(times.gpuAttentionNs);
    if (!offload || times.upNs === 0) return;
    durations[offset[offload.up]!] = times.upNs;
    durations[offset[offload.down]!] = orAbsent(times.downNs);
    durations[offset[offload.fetch]!] = orAbsent(times.fetchNs);
    for (let g = 0; g < groups; g++) durations[offset[offload.pim]! + g] = orAbsent(times.groupNs[g] ?? 0);
  });
  return { ...table, graph };
}
