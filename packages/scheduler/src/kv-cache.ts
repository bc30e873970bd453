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

/** KV memory as a request sees it. */
export interface KvMemory {
  readonly blockSize: number;
  /**
   * Leading blocks of a prefix that are cached. At least the last of `tokens` is left to compute: its logits are
   * needed.
   */
  hitBlocks(hashes: Float64Array | null, tokens: number): number;
  /** Whether a request with `hits` leading blocks cached gets blocks for `tokens` tokens, hits included. */
  fits(hashes: Float64Array | null, hits: number, tokens: number): boolean;
  /**
   * Takes over `hits` cached blocks as the beginning of an empty table.
   *
   * @param onFresh receives who computes each block that `step` itself computes
   */
  takeHits(
    table: BlockTable,
    hashes: Float64Array | null,
    hits: number,
    step?: number,
    onFresh?: (writer: number) => void,
  ): void;
  /** Grows a table to `tokens` tokens. False, and nothing taken, where there are too few blocks. */
  grow(table: BlockTable, tokens: number): boolean;
  /**
   * Makes the full blocks among the first `tokens` tokens findable.
   *
   * @param step the step that computes them, -1 where they have been computed
   * @param writer the request of its batch that computes them
   */
  cacheFull(table: BlockTable, hashes: Float64Array | null, tokens: number, step?: number, writer?: number): void;
  /** Gives all blocks back, the last one first: a prefix outlives its continuations. */
  release(table: BlockTable): void;
}

/** Leading blocks that may be found cached: full ones, and at least the last token is left to compute. */
export const mostHits = (hashes: Float64Array | null, tokens: number, blockSize: number): number =>
  hashes ? Math.min(hashes.length, Math.floor((tokens - 1) / blockSize)) : 0;

/** The KV of whole requests in one memory. */
export class KvCache implements KvMemory {
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

  hitBlocks(hashes: Float64Array | null, tokens: number): number {
    if (!this.caching || !hashes) return 0;
    const most = mostHits(hashes, tokens, this.blockSize);
    let hits = 0;
    while (hits < most && this.pool.find(hashes[hits]) >= 0) hits++;
    return hits;
  }

  fits(hashes: Float64Array | null, hits: number, tokens: number): boolean {
    let need = this.blocksFor(tokens) - hits;
    for (let i = 0; hashes && i < hits; i++) {
      if (this.isUnused(hashes[i])) need++;
    }
    return need <= this.pool.free;
  }

  /** Whether a block with this hash is here. */
  isCached(hash: number): boolean {
    return this.pool.find(hash) >= 0;
  }

  /** Whether nobody uses the cached block of this hash: it stands in the free list and leaves it when touched. */
  isUnused(hash: number): boolean {
    return this.pool.referencesOf(this.pool.find(hash)) === 0;
  }

  takeHits(
    table: BlockTable,
    hashes: Float64Array | null,
    hits: number,
    step = -1,
    onFresh?: (writer: number) => void,
  ): void {
    if (!hashes) return;
    for (let i = 0; i < hits; i++) table.blocks.push(this.takeHit(hashes[i], step, onFresh));
    table.cached = hits;
  }

  /** One block of {@link takeHits}. */
  takeHit(hash: number, step: number, onFresh?: (writer: number) => void): number {
    const block = this.pool.find(hash);
    this.pool.touch(block);
    if (onFresh && this.writtenInStep[block] === step) onFresh(this.writer[block]);
    return block;
  }

  grow(table: BlockTable, tokens: number): boolean {
    let missing = this.blocksFor(tokens) - table.blocks.length;
    if (missing <= 0) return true;
    if (missing > this.pool.free) return false;
    while (missing-- > 0) table.blocks.push(this.pool.allocate());
    return true;
  }

  cacheFull(table: BlockTable, hashes: Float64Array | null, tokens: number, step = -1, writer = -1): void {
    if (!this.caching || !hashes) return;
    const full = Math.min(hashes.length, Math.floor(tokens / this.blockSize));
    for (; table.cached < full; table.cached++) {
      this.cacheBlock(table.blocks[table.cached], hashes[table.cached], step, writer);
    }
  }

  /** One block of {@link cacheFull}. */
  cacheBlock(block: number, hash: number, step: number, writer: number): void {
    if (!this.caching) return;
    this.pool.cache(block, hash);
    this.writtenInStep[block] = step;
    this.writer[block] = writer;
  }

  release(table: BlockTable): void {
    for (let i = table.blocks.length - 1; i >= 0; i--) this.pool.release(table.blocks[i]);
    table.blocks.length = 0;
    table.cached = 0;
  }
}
