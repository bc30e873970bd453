/**
 * @module
 * KV blocks of one memory: reference counts, an LRU free list in release order, and a map from block hash to block.
 * The free list is a doubly linked list on typed arrays, so taking a cached block out of its middle costs nothing.
 */

const NONE = -1;

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
  /** Blocks that nobody has had yet, from this one on: they are given out first, so that a large pool costs nothing to make. */
  private untouched = 0;
  /** The list of freed blocks. */
  private readonly previous: Int32Array;
  private readonly next: Int32Array;
  private readonly references: Int32Array;
  /** Hash of the block's content and of all before it; 0 = not cached. */
  private readonly hashes: Float64Array;
  /** First block of a hash; further ones with the same content hang behind it in `nextEqual`, as block + 1; 0 = none. */
  private readonly byHash = new Map<number, number>();
  private readonly nextEqual: Int32Array;
  /** Index of the list's sentinel: its `next` is the block to evict first, its `previous` the one freed last. */
  private readonly sentinel: number;
  /** Told of the hash of content that no block holds any more. */
  onEvict: ((hash: number) => void) | null = null;

  constructor(count: number) {
    this.count = count;
    this.freeBlocks = count;
    this.sentinel = count;
    this.previous = new Int32Array(count + 1);
    this.next = new Int32Array(count + 1);
    this.previous[count] = count;
    this.next[count] = count;
    this.references = new Int32Array(count);
    this.hashes = new Float64Array(count);
    this.nextEqual = new Int32Array(count);
  }

  get free(): number {
    return this.freeBlocks;
  }

  /** Times the block is in use. */
  referencesOf(block: number): number {
    return this.references[block];
  }

  /** The cached block with this hash that has been cached longest, or -1. */
  find(hash: number): number {
    return this.byHash.get(hash) ?? NONE;
  }

  /** Takes a block that nobody has had, or the one freed longest ago, and forgets what it held. The caller has checked `free`. */
  allocate(): number {
    if (this.untouched < this.count) {
      this.references[this.untouched] = 1;
      this.freeBlocks--;
      return this.untouched++;
    }
    const block = this.next[this.sentinel];
    this.unlink(block);
    const hash = this.hashes[block];
    if (hash !== 0) {
      this.forget(block);
      if (this.onEvict && this.find(hash) < 0) this.onEvict(hash);
    }
    this.references[block] = 1;
    return block;
  }

  /** One more user of a cached block. */
  touch(block: number): void {
    if (this.references[block] === 0) this.unlink(block);
    this.references[block]++;
  }

  /** One user less; the last one puts the block at the end of the free list, content and hash kept. */
  release(block: number): void {
    if (--this.references[block] > 0) return;
    const last = this.previous[this.sentinel];
    this.next[last] = block;
    this.previous[block] = last;
    this.next[block] = this.sentinel;
    this.previous[this.sentinel] = block;
    this.freeBlocks++;
  }

  /** Makes a full block findable. Equal content may be cached in several blocks, as in vLLM. */
  cache(block: number, hash: number): void {
    this.hashes[block] = hash;
    let at = this.byHash.get(hash);
    if (at === undefined) {
      this.byHash.set(hash, block);
      return;
    }
    while (this.nextEqual[at] !== 0) at = this.nextEqual[at] - 1;
    this.nextEqual[at] = block + 1;
  }

  private unlink(block: number): void {
    const before = this.previous[block];
    const after = this.next[block];
    this.next[before] = after;
    this.previous[after] = before;
    this.freeBlocks--;
  }

  private forget(block: number): void {
    const hash = this.hashes[block];
    const behind = this.nextEqual[block];
    const first = this.find(hash);
    if (first === block) {
      if (behind === 0) this.byHash.delete(hash);
      else this.byHash.set(hash, behind - 1);
    } else {
      let at = first;
      while (this.nextEqual[at] !== block + 1) at = this.nextEqual[at] - 1;
      this.nextEqual[at] = behind;
    }
    this.nextEqual[block] = 0;
    this.hashes[block] = 0;
  }
}
