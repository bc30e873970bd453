/**
 * @module
 * Costs a batch, undivided or in sub-batches, into a stage table, in one pass over its requests.
 */
import {
  askedShare,
  type CollectiveCosts,
  type Contention,
  groupOfPiece,
  type PieceCosts,
  type PimSystem,
  partialResults,
  pieceAppend,
  pieceDecode,
  piecePrefill,
  piecesOf,
  type Stripes,
  undividedQueries,
} from "@tandem-sim/hardware";
import type { Batch } from "@tandem-sim/scheduler";
import type { IterationCosts } from "./costs.js";
import type { DecoderGraph, LinkStages, SubBatchStages } from "./decoder-graph.js";
import type { Division } from "./division.js";
import { ABSENT, createStageTable, type StageTable } from "./stage-table.js";

/** Sums over the requests of one sub-batch that its durations follow from. */
interface SubBatchSums {
  tokens: number;
  sequences: number;
  /** Attention on the GPU. */
  prefillTokens: number;
  prefillContext: number;
  decodes: number;
  decodeContext: number;
  longest: number;
  shortest: number;
  /** Tokens whose attention runs on PIM: q, k, v go up, the output comes down. */
  offloadedTokens: number;
  /** Of these, those whose context is on several groups, and their partial results. */
  dividedQueries: number;
  partials: number;
  /** Prefill tokens whose K and V move to PIM: none where they are in its memory already. */
  movedTokens: number;
  /** Tokens of prefix hits whose K and V come down. */
  fetchedTokens: number;
  /** Energy of its PIM work on one channel of each request's group. */
  pimPj: number;
}

const noSums = (): SubBatchSums => ({
  tokens: 0,
  sequences: 0,
  prefillTokens: 0,
  prefillContext: 0,
  decodes: 0,
  decodeContext: 0,
  longest: 0,
  shortest: Number.POSITIVE_INFINITY,
  offloadedTokens: 0,
  dividedQueries: 0,
  partials: 0,
  movedTokens: 0,
  fetchedTokens: 0,
  pimPj: 0,
});

function clear(sums: SubBatchSums): void {
  sums.tokens = sums.sequences = 0;
  sums.prefillTokens = sums.prefillContext = sums.decodes = sums.decodeContext = sums.longest = 0;
  sums.shortest = Number.POSITIVE_INFINITY;
  sums.offloadedTokens = sums.dividedQueries = sums.partials = sums.movedTokens = sums.fetchedTokens = sums.pimPj = 0;
}

/** A stage table of a decoder, and what it was made from. */
export interface BatchTable extends StageTable {
  readonly graph: DecoderGraph;
  /** Index: sub-batch. */
  readonly sums: readonly SubBatchSums[];
  /** Index in `ns` of each sub-batch's load on the first channel group; -1 without PIM. */
  readonly pimAt: Int32Array;
}

export function createBatchTable(graph: DecoderGraph): BatchTable {
  const table = createStageTable(graph);
  const pimAt = Int32Array.from(graph.of, ({ offload }) => (offload ? table.offset[offload.pim] : -1));
  return { ...table, graph, sums: graph.of.map(noSums), pimAt };
}

/**
 * Fills `table` with the costs of `batch`.
 *
 * @param division null = undivided
 */
export function fillTable(table: BatchTable, batch: Batch, division: Division | null, costs: IterationCosts): void {
  startFill(table);
  const { pim } = costs;
  const { tokens, context } = batch;
  // Nearly all requests of nearly all batches.
  for (let i = addCohort(table, batch, division, pim); i < batch.size; i++) {
    const subBatch = division === null ? 0 : division.of[i];
    if (division !== null && i === division.cutIndex) addCutRequest(table, batch, i, division, pim);
    else addRequest(table, subBatch, batch, i, tokens[i], context[i], pim);
  }
  finishFill(table, costs);
}

/**
 * Fills `whole`, of one sub-batch, with the costs of the undivided batch that `parts` divides without a cut: the sums of
 * its parts. No request is looked at again.
 */
export function foldTable(whole: BatchTable, parts: BatchTable, costs: IterationCosts): void {
  startFill(whole);
  const [total] = whole.sums;
  const onto = whole.graph.of[0].offload;
  parts.sums.forEach((sums, s) => {
    total.tokens += sums.tokens;
    total.sequences += sums.sequences;
    total.prefillTokens += sums.prefillTokens;
    total.prefillContext += sums.prefillContext;
    total.decodes += sums.decodes;
    total.decodeContext += sums.decodeContext;
    total.longest = Math.max(total.longest, sums.longest);
    total.shortest = Math.min(total.shortest, sums.shortest);
    total.offloadedTokens += sums.offloadedTokens;
    total.dividedQueries += sums.dividedQueries;
    total.partials += sums.partials;
    total.movedTokens += sums.movedTokens;
    total.fetchedTokens += sums.fetchedTokens;
    total.pimPj += sums.pimPj;
    const { offload } = parts.graph.of[s];
    if (!offload || !onto) return;
    const from = parts.offset[offload.pim];
    const to = whole.offset[onto.pim];
    for (let g = 0; g < parts.offset[offload.pim + 1] - from; g++) {
      if (parts.ns[from + g] !== ABSENT) whole.ns[to + g] += parts.ns[from + g];
    }
  });
  finishFill(whole, costs);
}

/** Sums and group loads are 0 while requests are added. */
function startFill({ ns, offset, graph, sums }: BatchTable): void {
  for (let s = 0; s < sums.length; s++) {
    clear(sums[s]);
    const { offload } = graph.of[s];
    if (offload) ns.fill(0, offset[offload.pim], offset[offload.pim + 1]);
  }
}

/**
 * As {@link addRequest} for all members of the batch's cohort, where that is quick.
 *
 * @returns how many were added
 */
function addCohort(table: BatchTable, batch: Batch, division: Division | null, pim: PimSystem | null): number {
  const { size, contextSum, longest, shortest } = batch.cohort;
  if (size === 0) return 0;
  if (pim !== null) {
    if (pim.layout.stripes !== undefined || !pim.attendsOnPim(false)) return 0;
    addDecodesOnPim(table, batch, division, pim);
    return size;
  }
  if (division !== null) return 0;
  const [sums] = table.sums;
  sums.tokens = sums.sequences = sums.decodes = size;
  sums.decodeContext = contextSum;
  sums.longest = longest;
  sums.shortest = shortest;
  return size;
}

/** As {@link addRequest} for decodes whose attention runs on PIM, the KV of each on one group. Each token of a run passes here. */
function addDecodesOnPim(
  { sums, pimAt, ns }: BatchTable,
  { context, group, cohort: { size, longest } }: Batch,
  division: Division | null,
  { attention, energy }: PimSystem,
): void {
  const stepNs = attention.stepNs.upTo(longest);
  const stepPj = energy?.stepPj.upTo(longest) ?? null;
  for (let i = 0; i < size; i++) {
    const subBatch = division === null ? 0 : division.of[i];
    const own = sums[subBatch];
    own.offloadedTokens++;
    ns[pimAt[subBatch] + group[i]] += stepNs[context[i]];
    if (stepPj !== null) own.pimPj += stepPj[context[i]];
  }
  for (const own of sums) own.tokens = own.sequences = own.offloadedTokens;
}

function addCutRequest(table: BatchTable, batch: Batch, i: number, division: Division, pim: PimSystem | null): void {
  for (let s = 0; s < division.count; s++) {
    const tokens = division.tokensOf(batch, i, s);
    if (tokens > 0) addRequest(table, s, batch, i, tokens, division.contextOf(batch, i, s), pim);
  }
}

/** Adds `tokens` tokens of request `i` behind `context` others to a sub-batch. */
function addRequest(
  table: BatchTable,
  subBatch: number,
  batch: Batch,
  i: number,
  tokens: number,
  context: number,
  pim: PimSystem | null,
): void {
  const sums = table.sums[subBatch];
  sums.tokens += tokens;
  // Of a prefill that is cut only the last part ends in logits.
  if (context + tokens === batch.context[i] + batch.tokens[i]) sums.sequences++;
  if (pim === null) {
    addToGpu(sums, tokens, context, tokens > 1);
    return;
  }
  const prefill = batch.prefill[i] === 1;
  const attends = pim.attendsOnPim(prefill);
  if (attends) sums.offloadedTokens += tokens;
  else {
    addToGpu(sums, tokens, context, true);
    // The GPU has written K and V where they stay.
    if (pim.link === null) return;
    sums.movedTokens += tokens;
    // Earlier tokens go first, so the part that starts where the request starts needs its prefix.
    if (context === batch.context[i]) sums.fetchedTokens += batch.hits[i];
  }
  if (pim.layout.stripes) {
    addPieces(table, subBatch, batch, i, tokens, context, pim, pim.layout.stripes);
    return;
  }
  const { attention, energy } = pim;
  let ns = attention.appendNs(context, tokens);
  if (attends) ns += attentionNs(pim, prefill, context, tokens);
  table.ns[table.pimAt[subBatch] + batch.group[i]] += ns;
  if (energy) {
    let pj = energy.appendPj(context, tokens);
    if (attends) pj += prefill ? energy.prefillPj(context, tokens) : energy.decodePj(context + 1);
    sums.pimPj += pj;
  }
}

/** As {@link addRequest}, the part on PIM, where the request's KV is striped. */
function addPieces(
  table: BatchTable,
  subBatch: number,
  batch: Batch,
  i: number,
  tokens: number,
  context: number,
  pim: PimSystem,
  stripes: Stripes,
): void {
  const sums = table.sums[subBatch];
  const prefill = batch.prefill[i] === 1;
  const attends = pim.attendsOnPim(prefill);
  if (attends) {
    sums.dividedQueries += tokens - undividedQueries(stripes, context, tokens);
    sums.partials += partialResults(stripes, context, tokens);
  }
  const { attention, energy } = pim;
  for (let piece = piecesOf(stripes, context + tokens) - 1; piece >= 0; piece--) {
    let ns = pieceAppend(stripes, attention.pieces, piece, context, tokens);
    if (attends) ns += attentionNs(pim, prefill, context, tokens, piece);
    table.ns[table.pimAt[subBatch] + groupOfPiece(stripes, batch.group[i], piece)] += ns;
    if (!energy) continue;
    sums.pimPj += pieceAppend(stripes, energy.pieces, piece, context, tokens);
    if (attends) sums.pimPj += onPiece(stripes, energy.pieces, prefill, context, tokens, piece);
  }
}

/**
 * Attention of `tokens` tokens behind `context` others on each channel of a request's group, whole ns.
 *
 * @param piece of a striped request: by default that on the group where it starts
 */
export const attentionNs = (
  { attention, layout: { stripes } }: PimSystem,
  prefill: boolean,
  context: number,
  tokens: number,
  piece = 0,
): number => {
  if (stripes) return onPiece(stripes, attention.pieces, prefill, context, tokens, piece);
  return prefill ? attention.prefillNs(context, tokens) : attention.decodeNs(context + 1);
};

const onPiece = (
  stripes: Stripes,
  costs: PieceCosts,
  prefill: boolean,
  context: number,
  tokens: number,
  piece: number,
): number =>
  prefill ? piecePrefill(stripes, costs, piece, context, tokens) : pieceDecode(stripes, costs, piece, context + 1);

function addToGpu(sums: SubBatchSums, tokens: number, context: number, prefill: boolean): void {
  if (prefill) {
    sums.prefillTokens += tokens;
    sums.prefillContext += context;
    return;
  }
  sums.decodes++;
  sums.decodeContext += context;
  if (context > sums.longest) sums.longest = context;
  if (context < sums.shortest) sums.shortest = context;
}

/** All requests are added: durations follow from the sums. */
function finishFill(table: BatchTable, costs: IterationCosts): void {
  for (let s = 0; s < table.sums.length; s++) {
    const sums = table.sums[s];
    const stages = table.graph.of[s];
    table.tokens[s] = sums.tokens;
    table.sequences[s] = sums.sequences;
    fillDense(table, stages, sums, costs);
    if (costs.pim?.contention) fillAsked(table, stages, sums, costs.pim.contention);
    if (costs.collective) fillReduces(table, stages, sums, costs.collective);
    if (costs.pim) fillOffload(table, stages, sums, costs.pim, costs);
  }
}

function fillDense(
  { ns, offset }: BatchTable,
  stages: SubBatchStages,
  sums: SubBatchSums,
  costs: IterationCosts,
): void {
  const { tokens, sequences } = sums;
  const { gpu } = costs;
  const hostNs = costs.hostNs(tokens);
  ns[offset[stages.prologue]] = hostNs + gpu.prologueNs(tokens);
  ns[offset[stages.pre]] = gpu.preNs(tokens);
  const outNs = stages.shared ? gpu.oProjNs(tokens) : 0;
  ns[offset[stages.post]] = gpu.postNs(tokens) - outNs;
  if (stages.shared) ns[offset[stages.shared.out]] = outNs;
  // Only the earlier part of a cut prefill: no logits.
  ns[offset[stages.head]] = sequences === 0 ? ABSENT : gpu.headNs(tokens, sequences) + hostNs;
  ns[offset[stages.attention]] = gpuAttentionNs(sums, costs);
}

/** The bytes are those that cross the links between GPUs. */
function fillReduces(
  { ns, offset, bytes }: BatchTable,
  { shared }: SubBatchStages,
  { tokens }: SubBatchSums,
  collective: CollectiveCosts,
): void {
  if (!shared) return;
  const reduced = collective.bytes(tokens);
  const reduceNs = collective.allReduceNs(reduced);
  const moved = collective.movedBytes(reduced);
  for (const stage of [shared.reduceOut, shared.reducePost]) {
    ns[offset[stage]] = reduceNs;
    bytes[stage] = moved;
  }
}

function gpuAttentionNs(sums: SubBatchSums, { gpu, separateAttention }: IterationCosts): number {
  const { prefillTokens, prefillContext, decodes } = sums;
  if (prefillTokens === 0 && decodes === 0) return ABSENT;
  if (decodes === 0) return gpu.attentionNs(prefillTokens, prefillContext, 0, 0, 0, 0);
  const mean = Math.floor(sums.decodeContext / decodes);
  if (separateAttention && prefillTokens > 0) {
    return (
      gpu.attentionNs(prefillTokens, prefillContext, 0, 0, 0, 0) +
      gpu.attentionNs(0, 0, decodes, mean, sums.longest, sums.shortest)
    );
  }
  return gpu.attentionNs(prefillTokens, prefillContext, decodes, mean, sums.longest, sums.shortest);
}

/** What the stages on the GPU ask of the memory that PIM computes in. */
function fillAsked(
  { ns, offset, asked }: BatchTable,
  { prologue, pre, attention, post, head, shared }: SubBatchStages,
  sums: SubBatchSums,
  contention: Contention,
): void {
  const { tokens, sequences } = sums;
  const { traffic } = contention;
  const ask = (stage: number, bytes: number): void => {
    asked[stage] = askedShare(bytes, ns[offset[stage]], contention);
  };
  const outBytes = shared ? traffic.oProjBytes(tokens) : 0;
  ask(prologue, traffic.prologueBytes(tokens));
  ask(pre, traffic.preBytes(tokens));
  ask(post, traffic.postBytes(tokens) - outBytes);
  if (shared) ask(shared.out, outBytes);
  ask(head, traffic.headBytes(tokens, sequences));
  const { prefillTokens, prefillContext, decodes, decodeContext } = sums;
  const mean = decodes > 0 ? decodeContext / decodes : 0;
  ask(attention, traffic.attentionBytes(prefillTokens, prefillContext, decodes, mean));
}

function fillOffload(
  table: BatchTable,
  { offload }: SubBatchStages,
  sums: SubBatchSums,
  system: PimSystem,
  { mergeNs }: IterationCosts,
): void {
  if (!offload) return;
  const { pim, link, merge } = offload;
  const { ns, offset, bytes, pj, asked } = table;
  for (let g = offset[pim]; g < offset[pim + 1]; g++) if (ns[g] === 0) ns[g] = ABSENT;
  pj[pim] = system.copies * system.layout.channelsPerGroup * sums.pimPj;
  const partialBytes = merge === null ? 0 : system.bytes.partialBytes(sums.partials);
  if (merge !== null) {
    const merged = partialBytes === 0 ? ABSENT : mergeNs(partialBytes);
    bytes[merge] = system.copies * partialBytes;
    ns[offset[merge]] = merged;
    if (system.contention) asked[merge] = askedShare(partialBytes, merged, system.contention);
  }
  if (link && system.link) fillTransfers(table, link, sums, system, partialBytes);
}

/** Each link carries its own heads, all links at once; bytes are those of all. */
function fillTransfers(
  { ns, offset, bytes }: BatchTable,
  { fetch, up, down }: LinkStages,
  sums: SubBatchSums,
  { link, bytes: of, copies: links }: PimSystem,
  partialBytes: number,
): void {
  const transfer = (stage: number, moved: number): void => {
    bytes[stage] = links * moved;
    ns[offset[stage]] = moved === 0 || !link ? ABSENT : link.transferNs(moved);
  };
  transfer(up, of.upBytes(sums.offloadedTokens) + of.kvBytes(sums.movedTokens));
  transfer(down, of.downBytes(sums.offloadedTokens - sums.dividedQueries) + partialBytes);
  transfer(fetch, of.kvBytes(sums.fetchedTokens));
}
