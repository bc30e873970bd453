/**
 * @module
 * A cost by context length, computed once per context; prefix sums make a prefill one subtraction.
 */
import type { PieceCosts } from "./stripes.js";

/** A table grows by whole steps, and by an eighth of itself: nearly all that it computes is asked for. */
const STEP = 512;

/** `cost(L)` for L = 1..n and its prefix sums. Whole-numbered costs keep every sum exact up to 2^53. */
export class ContextTable {
  private costs = new Float64Array(1);
  private sums = new Float64Array(1);

  constructor(private readonly cost: (context: number) => number) {}

  /** The cost at one context. */
  at(context: number): number {
    if (context >= this.costs.length) this.grow(context);
    return this.costs[context];
  }

  /** Costs by context, for contexts up to `longest`; good until a longer one is asked for. */
  upTo(longest: number): Float64Array {
    if (longest >= this.costs.length) this.grow(longest);
    return this.costs;
  }

  /** The sum over contexts `after` + 1 .. `after` + `count`. */
  sum(after: number, count: number): number {
    if (after + count >= this.sums.length) this.grow(after + count);
    return this.sums[after + count] - this.sums[after];
  }

  private grow(context: number): void {
    const from = this.costs.length;
    const size = Math.ceil(Math.max(context + 1, (from * 9) / 8) / STEP) * STEP;
    const costs = new Float64Array(size);
    const sums = new Float64Array(size);
    costs.set(this.costs);
    sums.set(this.sums);
    for (let l = from; l < size; l++) {
      costs[l] = this.cost(l);
      sums[l] = sums[l - 1] + costs[l];
    }
    this.costs = costs;
    this.sums = sums;
  }
}

/** What a step of a decode costs behind so many tokens: storing its own K and V, and attending to all. */
export const stepTable = ({ decode, append }: PieceCosts): ContextTable =>
  new ContextTable((context) => decode(context + 1) + append(context, 1));
