/**
 * @module
 * A cost by context length, computed once per context and grown by doubling; prefix sums make a prefill one subtraction.
 */
import type { PieceCosts } from "./stripes.js";

/** Contexts of the first allocation; a table of two columns then takes 32 kB. */
const FIRST_SIZE = 2048;

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
    const size = Math.max(FIRST_SIZE, 2 ** Math.ceil(Math.log2(context + 1)));
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
