/**
 * @module
 * KV blocks of one memory: reference counts, an LRU free list in release order, and what cached blocks hold.
 * The free list is a doubly linked list on typed arrays, so taking a cached block out of its middle costs nothing.
 */
import { CachedContents } from "./cached-contents.js";
import { GROWTH, grown } from "./grown.js";

/** Blocks that the arrays of a new pool have room for. */
const FIRST_BLOCKS = 1024;
/** Place in the list before its first and behind its last block; block b is at place b + 1. */
const SENTINEL = 0;

/**
 * Blocks 0..count-1, all free at first and handed out in that order.
 *
 * @example
 * const pool = new BlockPool(4);
 * const block = pool.allocate();
 * pool.release(block);
 */
export class BlockPool {
  readonly count: number;
  private freeBlocks: number;
  /**
   * Blocks that nobody has had yet, from this one on: they are given out first, and the arrays grow with them, so that a large
   * pool costs nothing to make.
   */
  private untouched = 0;
  /** The list of freed blocks, by place: the first one is evicted first, the last one was freed last. */
  private previous: Int32Array;
  private next: Int32Array;
  private references: Int32Array;
  /** Number of the block's content and of all before it; 0 = not cached. */
  private contents: Int32Array;
  /** Number of block 0 in the index. */
  private readonly base: number;
  /** Told of a content that no block holds any more. */
  onEvict: ((content: number) => void) | null = null;

  /** @param index says which blocks hold a content, here and in other memories */
  constructor(
    count: number,
    private readonly index = new CachedContents(),
  ) {
    this.count = count;
    this.base = index.reserve(count);
    this.freeBlocks = count;
    const room = Math.min(count, FIRST_BLOCKS);
    this.previous = new Int32Array(room + 1);
    this.next = new Int32Array(room + 1);
    this.references = new Int32Array(room);
    this.contents = new Int32Array(room);
  }

  get free(): number {
    return this.freeBlocks;
  }

  /** Blocks that have been given out fit in arrays of this length. */
  get room(): number {
    return this.references.length;
  }

  /** Times the block is in use. */
  referencesOf(block: number): number {
    return this.references[block];
  }

  /** The cached block with this content that has been cached longest, or -1. */
  find(content: number): number {
    const block = this.index.find(content, this.base, this.base + this.count);
    return block < 0 ? block : block - this.base;
  }

  /** Takes a block that nobody has had, or the one freed longest ago, and forgets what it held. The caller has checked `free`. */
  allocate(): number {
    if (this.untouched < this.count) {
      if (this.untouched === this.room) this.growArrays();
      this.references[this.untouched] = 1;
      this.freeBlocks--;
      return this.untouched++;
    }
    const block = this.next[SENTINEL] - 1;
    this.unlink(block);
    const content = this.contents[block];
    if (content !== 0) {
      this.index.remove(content, this.base + block);
      this.contents[block] = 0;
      if (this.onEvict && this.find(content) < 0) this.onEvict(content);
    }
    this.references[block] = 1;
    return block;
  }

  /** One more user of a cached block. */
  touch(block: number): void {
    if (this.references[block] === 0) this.unlink(block);
    this.references[block]++;
  }

  /** One user less; the last one puts the block at the end of the free list, content kept. */
  release(block: number): void {
    if (--this.references[block] > 0) return;
    const place = block + 1;
    const last = this.previous[SENTINEL];
    this.next[last] = place;
    this.previous[place] = last;
    this.next[place] = SENTINEL;
    this.previous[SENTINEL] = place;
    this.freeBlocks++;
  }

  /** Makes a full block findable. Equal content may be cached in several blocks, as in vLLM. */
  cache(block: number, content: number): void {
    this.contents[block] = content;
    this.index.add(content, this.base + block);
  }

  private unlink(block: number): void {
    const before = this.previous[block + 1];
    const after = this.next[block + 1];
    this.next[before] = after;
    this.previous[after] = before;
    this.freeBlocks--;
  }

  private growArrays(): void {
    const room = Math.min(this.count, GROWTH * this.room);
    this.previous = grown(this.previous, room + 1);
    this.next = grown(this.next, room + 1);
    this.references = grown(this.references, room);
    this.contents = grown(this.contents, room);
  }
}
