/**
 * @module
 * KV blocks of requests in one memory: allocation by tokens, and prefix hits over the contents of blocks.
 */
import { BlockPool } from "./block-pool.js";
import { CachedContents } from "./cached-contents.js";
import { grown } from "./grown.js";

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
  hitBlocks(contents: Int32Array | null, tokens: number): number;
  /** Whether a request with `hits` leading blocks cached gets blocks for `tokens` tokens, hits included. */
  fits(contents: Int32Array | null, hits: number, tokens: number): boolean;
  /**
   * Takes over `hits` cached blocks as the beginning of an empty table.
   *
   * @param onFresh receives who computes each block that `step` itself computes
   */
  takeHits(
    table: BlockTable,
    contents: Int32Array | null,
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
  cacheFull(table: BlockTable, contents: Int32Array | null, tokens: number, step?: number, writer?: number): void;
  /** Gives all blocks back, the last one first: a prefix outlives its continuations. */
  release(table: BlockTable): void;
}

/** What is the same wherever the blocks of a request lie: the walk along them. */
export abstract class BlockwiseKv implements KvMemory {
  abstract readonly blockSize: number;
  abstract fits(contents: Int32Array | null, hits: number, tokens: number): boolean;
  abstract grow(table: BlockTable, tokens: number): boolean;

  /** The memory of a request's block, by its place in the sequence. */
  protected abstract cacheOf(block: number): KvCache;

  hitBlocks(contents: Int32Array | null, tokens: number): number {
    if (!contents) return 0;
    const most = Math.min(contents.length, Math.floor((tokens - 1) / this.blockSize));
    let hits = 0;
    while (hits < most && this.cacheOf(hits).isCached(contents[hits])) hits++;
    return hits;
  }

  takeHits(
    table: BlockTable,
    contents: Int32Array | null,
    hits: number,
    step = -1,
    onFresh?: (writer: number) => void,
  ): void {
    if (!contents) return;
    for (let block = 0; block < hits; block++) {
      table.blocks.push(this.cacheOf(block).takeHit(contents[block], step, onFresh));
    }
    table.cached = hits;
  }

  cacheFull(table: BlockTable, contents: Int32Array | null, tokens: number, step = -1, writer = -1): void {
    if (!contents) return;
    const full = Math.min(contents.length, Math.floor(tokens / this.blockSize));
    for (; table.cached < full; table.cached++) {
      this.cacheOf(table.cached).cacheBlock(table.blocks[table.cached], contents[table.cached], step, writer);
    }
  }

  release(table: BlockTable): void {
    const { blocks } = table;
    // To shorten the array at once would give its memory back every time.
    for (let block = blocks.pop(); block !== undefined; block = blocks.pop()) {
      this.cacheOf(blocks.length).pool.release(block);
    }
    table.cached = 0;
  }
}

/** The KV of whole requests in one memory. */
export class KvCache extends BlockwiseKv {
  readonly pool: BlockPool;
  readonly blockSize: number;
  private readonly caching: boolean;
  /** Step that made a block findable, and which request of its batch computes it. Index: block. */
  private writtenInStep = new Int32Array(0);
  private writer = new Int32Array(0);

  constructor(blocks: number, blockSize: number, caching: boolean, index = new CachedContents()) {
    super();
    this.pool = new BlockPool(blocks, index);
    this.blockSize = blockSize;
    this.caching = caching;
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSize);
  }

  protected override cacheOf(): KvCache {
    return this;
  }

  override hitBlocks(contents: Int32Array | null, tokens: number): number {
    return this.caching ? super.hitBlocks(contents, tokens) : 0;
  }

  fits(contents: Int32Array | null, hits: number, tokens: number): boolean {
    let need = this.blocksFor(tokens) - hits;
    for (let i = 0; contents && i < hits; i++) {
      if (this.isUnused(contents[i])) need++;
    }
    return need <= this.pool.free;
  }

  /** Whether a block with this content is here. */
  isCached(content: number): boolean {
    return this.pool.find(content) >= 0;
  }

  /** Whether nobody uses the cached block of this content: it stands in the free list and leaves it when touched. */
  isUnused(content: number): boolean {
    return this.pool.referencesOf(this.pool.find(content)) === 0;
  }

  /** One block of {@link takeHits}. */
  takeHit(content: number, step: number, onFresh?: (writer: number) => void): number {
    const block = this.pool.find(content);
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

  override cacheFull(table: BlockTable, contents: Int32Array | null, tokens: number, step = -1, writer = -1): void {
    if (this.caching) super.cacheFull(table, contents, tokens, step, writer);
  }

  /** One block of {@link cacheFull}. */
  cacheBlock(block: number, content: number, step: number, writer: number): void {
    if (!this.caching) return;
    this.pool.cache(block, content);
    if (block >= this.writer.length) {
      this.writtenInStep = grown(this.writtenInStep, this.pool.room);
      this.writer = grown(this.writer, this.pool.room);
    }
    this.writtenInStep[block] = step;
    this.writer[block] = writer;
  }
}
