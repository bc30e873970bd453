/**
 * @module
 * The placement `neupims`, the greedy min-load bin packing of NeuPIMs (Heo et al., ASPLOS 2024; its simulator): the new
 * requests of a step by descending length, each to the group with the least summed estimate of attention.
 *
 * NeuPIMs has no prefix cache, so hits do not attract; those that the chosen group happens to have are used.
 */
import type { PlacementPolicy } from "./placement.js";

/** Writing an input vector, and a row of all banks, in cycles: constants of its simulator for its own HBM2 at 1 GHz. */
const INPUT_CYCLES = 100;
const TILE_CYCLES = 184;

/**
 * Its estimate of a decode over `context` tokens, cycles. E = heads x headDim, P elements of a row, B banks:
 * `ceil(E/P) (Lg + ceil(L/B) Lt) + heads ceil(L/P) (Lg + ceil(headDim/B) Lt)`, q K^T and then p V.
 */
export const neupimsEstimate = (
  { heads, headDim, rowElements, banks }: { heads: number; headDim: number; rowElements: number; banks: number },
  context: number,
): number =>
  Math.ceil((heads * headDim) / rowElements) * (INPUT_CYCLES + Math.ceil(context / banks) * TILE_CYCLES) +
  heads * Math.ceil(context / rowElements) * (INPUT_CYCLES + Math.ceil(headDim / banks) * TILE_CYCLES);

export const byNeupims: PlacementPolicy = (source) => ({
  costs: { decode: (context) => neupimsEstimate(source, context), prefill: () => 0 },
  followsHits: false,
  longestFirst: true,
  lead: ({ decodes }, group, other) => decodes[group] - decodes[other],
});
