/**
 * @module
 * What the runs of a stage work on: the figures that their durations follow from, for people. They are added up where
 * somebody asks, not for every batch that is costed.
 */
import { piecesAt } from "@tandem-sim/hardware";
import type { Batch } from "@tandem-sim/scheduler";
import type { BatchTable } from "./batch-table.js";
import type { IterationCosts } from "./costs.js";
import { type Division, partsOf } from "./division.js";

/** An iteration's batch, and what its attention is run on. */
export interface CostedBatch {
  batch: Batch;
  /** Null where the batch runs undivided. */
  division: Division | null;
  costs: IterationCosts;
}

/** Attention of a sub-batch in one place: on the GPU, or on a group of PIM channels. */
export interface AttentionWork {
  /** Those with work there. */
  requests: number;
  /** Queries. */
  tokens: number;
  /** Tokens whose K and V are read for them: of each request once, its queries' own included. */
  context: number;
  /** Tokens whose K and V are only written there, as their attention runs on the GPU; absent where there are none. */
  moved?: number;
}

/** What a run of a stage works on: attention, bytes that it moves, or all tokens of its sub-batch. */
export type StageWork = AttentionWork | { bytes: number } | { tokens: number };

const nothing = (): AttentionWork => ({ requests: 0, tokens: 0, context: 0 });

/** Where the attention of a sub-batch runs. Index of `groups`: channel group. */
export function attentionWork(
  { batch, division, costs: { pim } }: CostedBatch,
  subBatch: number,
): { gpu: AttentionWork; groups: readonly AttentionWork[] } {
  const gpu = nothing();
  const groups = Array.from({ length: pim?.layout.groups ?? 0 }, nothing);
  for (const { i, tokens, context } of partsOf(batch, division, subBatch)) {
    const onPim = pim?.attendsOnPim(batch.prefill[i] === 1) ?? false;
    if (!onPim) {
      gpu.requests++;
      gpu.tokens += tokens;
      gpu.context += context + tokens;
    }
    // In the GPU's own memory it has written K and V where they stay.
    if (!pim || (!onPim && pim.link === null)) continue;
    for (const piece of piecesAt(pim.layout.stripes, batch.group[i], context, tokens)) {
      const work = groups[piece.group];
      if (onPim) {
        work.requests++;
        work.tokens += piece.queries;
        work.context += piece.context + piece.stored;
      } else if (piece.stored > 0) {
        work.requests++;
        work.moved = (work.moved ?? 0) + piece.stored;
      }
    }
  }
  return { gpu, groups };
}

/** What every stage of an iteration works on, in any layer. The function is good as long as the table is not filled anew. */
export function stageWork(table: BatchTable, costed: CostedBatch): (stage: number, unit: number) => StageWork {
  const { graph, bytes, tokens } = table;
  const attention = graph.of.map((_stages, subBatch) => attentionWork(costed, subBatch));
  return (stage, unit) => {
    const { subBatch } = graph.stages[stage];
    const own = graph.of[subBatch];
    if (stage === own.attention) return attention[subBatch].gpu;
    if (stage === own.offload?.pim) return attention[subBatch].groups[unit];
    return bytes[stage] > 0 ? { bytes: bytes[stage] } : { tokens: tokens[subBatch] };
  };
}
