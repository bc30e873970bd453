/**
 * @module
 * Costs a batch, whole or in two halves, into a program: plain, offloaded or interleaved.
 */
import type { Batch } from "@tandem-sim/scheduler";
import type { IterationCosts, OffloadPhase } from "./costs.js";
import type { HalfProgram, Program } from "./program.js";
import { contextInHalf, type Split, tokensInHalf } from "./split.js";

/** Whether the attention of request `i` runs on PIM. */
export const attendsOnPim = (phase: OffloadPhase, batch: Batch, i: number): boolean =>
  phase === "all" || (phase === "decode" && batch.prefill[i] === 0);

/** Sums over a half's requests that the GPU's attention goes by. */
interface GpuAttention {
  prefillTokens: number;
  prefillContext: number;
  decodes: number;
  decodeContext: number;
  longest: number;
  shortest: number;
}

const gpuAttention: GpuAttention = {
  prefillTokens: 0,
  prefillContext: 0,
  decodes: 0,
  decodeContext: 0,
  longest: 0,
  shortest: 0,
};

/**
 * Fills `program` with the costs of `batch`.
 *
 * @param split null = undivided
 */
export function fillProgram(program: Program, batch: Batch, split: Split | null, costs: IterationCosts): void {
  program.halves = split ? 2 : 1;
  fillHalf(program.half[0], 0, batch, split, costs);
  if (split) fillHalf(program.half[1], 1, batch, split, costs);
}

function fillHalf(out: HalfProgram, half: 0 | 1, batch: Batch, split: Split | null, costs: IterationCosts): void {
  const sums = gpuAttention;
  sums.prefillTokens = sums.prefillContext = sums.decodes = sums.decodeContext = sums.longest = 0;
  sums.shortest = Number.POSITIVE_INFINITY;
  out.tokens = out.sequences = out.upBytes = out.downBytes = out.fetchBytes = out.pimPj = 0;
  out.groupNs.fill(0);
  for (let i = 0; i < batch.size; i++) {
    const tokens = tokensInHalf(batch, split, i, half);
    if (tokens === 0) continue;
    const context = contextInHalf(batch, split, i, half);
    out.tokens += tokens;
    // Of a prefill that is cut only the later part ends in logits.
    if (half === 1 || i !== split?.cutIndex) out.sequences++;
    if (attendsOnPim(costs.phase, batch, i)) addToPim(out, batch, i, tokens, context, costs);
    else if (costs.phase === "decode") {
      const hits = context === batch.context[i] ? batch.hits[i]! : 0;
      addPrefillThatMovesToPim(out, sums, batch.group[i]!, tokens, context, hits, costs);
    } else addToGpu(sums, tokens, context, tokens > 1);
  }
  const hostNs = costs.hostNs(out.tokens);
  out.prologueNs = hostNs + costs.gpu.prologueNs(out.tokens);
  out.preNs = costs.gpu.preNs(out.tokens);
  out.postNs = costs.gpu.postNs(out.tokens);
  // A half that holds only the earlier part of a cut prefill yields no logits.
  out.headNs = out.sequences === 0 ? 0 : costs.gpu.headNs(out.tokens, out.sequences) + hostNs;
  out.gpuAttentionNs = gpuAttentionNs(sums, costs);
  out.upNs = costs.link?.transferNs(out.upBytes) ?? 0;
  out.downNs = costs.link?.transferNs(out.downBytes) ?? 0;
  out.fetchNs = costs.link?.transferNs(out.fetchBytes) ?? 0;
}

function addToGpu(sums: GpuAttention, tokens: number, context: number, prefill: boolean): void {
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

function gpuAttentionNs(sums: GpuAttention, costs: IterationCosts): number {
  const { prefillTokens, prefillContext, decodes } = sums;
  if (prefillTokens === 0 && decodes === 0) return 0;
  if (decodes === 0) return costs.gpu.attentionNs(prefillTokens, prefillContext, 0, 0, 0, 0);
  const mean = Math.floor(sums.decodeContext / decodes);
  return costs.gpu.attentionNs(prefillTokens, prefillContext, decodes, mean, sums.longest, sums.shortest);
}

/** Attention on PIM: q, k, v go up, K and V are appended, the output comes down. */
function addToPim(
  out: HalfProgram,
  batch: Batch,
  i: number,
  tokens: number,
  context: number,
  costs: IterationCosts,
): void {
  const { attention, energy, channelsPerGroup } = costs.pim!;
  out.upBytes += costs.link!.upBytes(tokens);
  out.downBytes += costs.link!.downBytes(tokens);
  out.groupNs[batch.group[i]!]! +=
    (batch.prefill[i] ? attention.prefillNs(context, tokens) : attention.decodeNs(context + 1)) +
    attention.appendNs(context, tokens);
  if (energy) {
    const attentionPj = batch.prefill[i] ? energy.prefillPj(context, tokens) : energy.decodePj(context + 1);
    out.pimPj += channelsPerGroup * (attentionPj + energy.appendPj(context, tokens));
  }
}

/** Attention on the GPU; K and V go up as they are produced, those of a prefix hit come down first. */
function addPrefillThatMovesToPim(
  out: HalfProgram,
  sums: GpuAttention,
  group: number,
  tokens: number,
  context: number,
  hits: number,
  costs: IterationCosts,
): void {
  addToGpu(sums, tokens, context, true);
  out.upBytes += costs.link!.kvBytes(tokens);
  out.fetchBytes += costs.link!.kvBytes(hits);
  const { attention, energy, channelsPerGroup } = costs.pim!;
  out.groupNs[group]! += attention.appendNs(context, tokens);
  if (energy) out.pimPj += channelsPerGroup * energy.appendPj(context, tokens);
}
