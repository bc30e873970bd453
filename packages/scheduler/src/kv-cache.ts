/**
 * @module
 * KV blocks of requests in one memory: allocation by tokens, and prefix hits over chained block hashes.
 */
import { BlockPool } from "./block-pool.js";

/** Block table of one request in one memory. */
export interface BlockTable {
  blocks: number[];
  /** Leading blocks that are cached already. */
  cached: number;
}

export const emptyBlockTable = (): BlockTable => ({ blocks: [], cached: 0 });

export class KvCache {
  readonly pool: BlockPool;
  readonly blockSize: number;
  private readonly caching: boolean;
  /** Step that made a block findable, and which request of its batch computes it. Index: block. */
  private readonly writtenInStep: Int32Array;
  private readonly writer: Int32Array;

  constructor(blocks: number, blockSize: number, caching: boolean) {
    this.pool = new BlockPool(blocks);
    this.blockSize = blockSize;
    this.caching = caching;
    this.writtenInStep = new Int32Array(caching ? blocks : 0);
    this.writer = new Int32Array(caching ? blocks : 0);
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  /**
   * Leading blocks of a prefix that are cached. At least the last of `tokens` is left to compute: its logits are
   * needed.
   */
  hitBlocks(hashes: Float64Array | null, tokens: number): number {
    if (!this.caching || !hashes) return 0;
    const most = Math.min(hashes.length, Math.floor((tokens - 1) / this.blockSize));
    let hits = 0;
    while (hits < most && this.pool.find(hashes[hits]) >= 0) hits++;
    return hits;
  }

  /** Whether a request with `hits` leading blocks cached gets blocks for `tokens` tokens, hits included. */
  fits(hashes: Float64Array | null, hits: number, tokens: number): boolean {
    let need = this.blocksFor(tokens) - hits;
    for (let i = 0; hashes && i < hits; i++) {
      // A hit that nobody uses stands in the free list and leaves it when touched.
      if (this.pool.referencesOf(this.pool.find(hashes[i])) === 0) need++;
    }
    return need <= this.pool.free;
  }

  /**
   * Takes over `hits` cached blocks as the beginning of an empty table.
   *
   * @param onFresh receives who computes each block that `step` itself computes
   */
  takeHits(
    table: BlockTable,
    hashes: Float64Array | null,
    hits: number,
    step = -1,
    onFresh?: (writer: number) => void,
  ): void {
    if (!hashes) return;
    for (let i = 0; i < hits; i++) {
      const block = this.pool.find(hashes[i]);
      this.pool.touch(block);
      table.blocks.push(block);
      if (onFresh && this.writtenInStep[block] === step) onFresh(this.writer[block]);
    }
    table.cached = hits;
  }

  /** Grows a table to `tokens` tokens. False, and nothing taken, where the pool has too few blocks. */
  grow(table: BlockTable, tokens: number): boolean {
    let missing = this.blocksFor(tokens) - table.blocks.length;
    if (missing <= 0) return true;
    if (missing > this.pool.free) return false;
    while (missing-- > 0) table.blocks.push(this.pool.allocate());
    return true;
  }

  /**
   * Makes the full blocks among the first `tokens` tokens findable.
   *
   * @param step the step that computes them, -1 where they have been computed
   * @param writer the request of its batch that computes them
   */
  cacheFull(table: BlockTable, hashes: Float64Array | null, tokens: number, step = -1, writer = -1): void {
    if (!this.caching || !hashes) return;
    const full = Math.min(hashes.length, Math.floor(tokens / this.blockSize));
    for (; table.cached < full; table.cached++) {
      const block = table.blocks[table.cached];
      this.pool.cache(block, hashes[table.cached]);
      this.writtenInStep[block] = step;
      this.writer[block] = writer;
    }
  }

  /** Gives all blocks back, the last one first: a prefix outlives its continuations. */
  release(table: BlockTable): void {
    for (let i = table.blocks.length - 1; i >= 0; i--) this.pool.release(table.blocks[i]);
    table.blocks.length = 0;
    table.cached = 0;
  }
}
