/**
 * @module
 * The cost of a prefill chunk whose queries share open rows: a table by context for every number of queries that do.
 */
import type { PimShape } from "./attention.js";
import { ContextTable } from "./context-table.js";
import type { PieceCosts } from "./stripes.js";

/**
 * Sums over the causal contexts of a chunk. Its queries share a row `queriesPerRow` at a time, in order; those that are left
 * at its end share one among themselves, since a row stays open for no query of a later chunk.
 */
export class PrefillTable {
  /** Of one query that shares its rows with none: a decode. */
  readonly alone: ContextTable;
  private readonly byQueries = new Map<number, ContextTable>();

  /**
   * @param queriesPerRow queries of one head that one row activation serves, where the chunk has as many; each comes with the
   *   query heads of `shape.share`
   * @param cost of one query at a context, where `share` query vectors are served by each row; whole-numbered
   */
  constructor(
    private readonly shape: PimShape,
    private readonly queriesPerRow: number,
    private readonly cost: (shape: PimShape, context: number) => number,
  ) {
    this.alone = this.sharedBy(1);
  }

  /** The sum over the contexts `after` + 1 .. `after` + `tokens` of one chunk. */
  sum(after: number, tokens: number): number {
    const left = tokens % this.queriesPerRow;
    const full = tokens - left;
    return (
      (full > 0 ? this.sharedBy(this.queriesPerRow).sum(after, full) : 0) +
      (left > 0 ? this.sharedBy(left).sum(after + full, left) : 0)
    );
  }

  /** `tokens` queries of one chunk over the same context. */
  repeat(context: number, tokens: number): number {
    const left = tokens % this.queriesPerRow;
    const full = tokens - left;
    return (
      (full > 0 ? full * this.sharedBy(this.queriesPerRow).at(context) : 0) +
      (left > 0 ? left * this.sharedBy(left).at(context) : 0)
    );
  }

  /** The table as costs of a piece on one channel, with those of storing K and V beside it. */
  withAppends(append: PieceCosts["append"]): PieceCosts {
    return {
      decode: (context) => this.alone.at(context),
      prefill: (context, tokens) => this.sum(context, tokens),
      repeat: (context, tokens) => this.repeat(context, tokens),
      append,
    };
  }

  private sharedBy(queries: number): ContextTable {
    const known = this.byQueries.get(queries);
    if (known) return known;
    const { shape } = this;
    const ofShape = { ...shape, share: shape.share * queries };
    const table = new ContextTable((context) => this.cost(ofShape, context));
    this.byQueries.set(queries, table);
    return table;
  }
}
