/**
 * @module
 * How a batch is cut into two halves.
 */
import type { Batch } from "@tandem-sim/scheduler";
import type { IterationCosts } from "./costs.js";
import type { Program } from "./program.js";

/** Assignment of a batch's requests to half 0 or half 1. Filled anew for every iteration. */
export class Split {
  half = new Uint8Array(128);
  /** Index of the request whose prefill is cut between the halves, -1 for none. */
  cutIndex = -1;
  /** Tokens of the cut request in half 0: the earlier ones. The rest is in half 1. */
  cutTokens = 0;

  clear(size: number): void {
    if (this.half.length < size) this.half = new Uint8Array(size * 2);
    this.cutIndex = -1;
    this.cutTokens = 0;
  }

  copy(other: Split, size: number): void {
    this.clear(size);
    this.half.set(other.half.subarray(0, size));
    this.cutIndex = other.cutIndex;
    this.cutTokens = other.cutTokens;
  }
}

/** Tokens of request `i` in a half; an undivided batch is half 0. */
export function tokensInHalf(batch: Batch, split: Split | null, i: number, half: number): number {
  const tokens = batch.tokens[i]!;
  if (!split) return tokens;
  if (i === split.cutIndex) return half === 0 ? split.cutTokens : tokens - split.cutTokens;
  return split.half[i] === half ? tokens : 0;
}

/** Tokens computed before those of request `i` in a half. */
export const contextInHalf = (batch: Batch, split: Split | null, i: number, half: number): number =>
  batch.context[i]! + (split && i === split.cutIndex && half === 1 ? split.cutTokens : 0);

/**
 * Fills `split` for a batch; neither half may stay empty.
 *
 * @param scratch a program of the instance to cost candidates with
 * @returns false where the batch cannot be divided
 */
export type SplitRule = (batch: Batch, costs: IterationCosts, split: Split, scratch: Program) => boolean;
