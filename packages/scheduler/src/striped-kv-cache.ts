/**
 * @module
 * KV blocks of requests that are striped over the memories of all groups, as one that starts on a given group sees them.
 * A prefix hit needs the same start: from another one, every block is on another group.
 */
import { type BlockTable, BlockwiseKv, type KvCache } from "./kv-cache.js";

export class StripedKvCache extends BlockwiseKv {
  readonly blockSize: number;
  /** Blocks that an allocation needs of each group. */
  private readonly need: Int32Array;

  /**
   * @param caches the memory of each group
   * @param start the group of a request's first stripe
   * @param stripeBlocks blocks of a stripe
   */
  constructor(
    private readonly caches: readonly KvCache[],
    private readonly start: number,
    private readonly stripeBlocks: number,
  ) {
    super();
    this.blockSize = caches[0].blockSize;
    this.need = new Int32Array(caches.length);
  }

  fits(contents: Int32Array | null, hits: number, tokens: number): boolean {
    this.countNeed(hits, Math.ceil(tokens / this.blockSize));
    for (let block = 0; contents && block < hits; block++) {
      const group = this.groupOf(block);
      if (this.caches[group].isUnused(contents[block])) this.need[group]++;
    }
    return this.hasNeed();
  }

  grow(table: BlockTable, tokens: number): boolean {
    const { blocks } = table;
    const wanted = Math.ceil(tokens / this.blockSize);
    if (blocks.length >= wanted) return true;
    this.countNeed(blocks.length, wanted);
    if (!this.hasNeed()) return false;
    while (blocks.length < wanted) blocks.push(this.cacheOf(blocks.length).pool.allocate());
    return true;
  }

  protected override cacheOf(block: number): KvCache {
    return this.caches[this.groupOf(block)];
  }

  /** The group of a request's block, by its place in the sequence. */
  private groupOf(block: number): number {
    return (this.start + Math.floor(block / this.stripeBlocks)) % this.caches.length;
  }

  /** Counts blocks `from` .. `to` - 1 by group, stripe by stripe. */
  private countNeed(from: number, to: number): void {
    this.need.fill(0);
    for (let block = from; block < to; ) {
      const stripeEnd = (Math.floor(block / this.stripeBlocks) + 1) * this.stripeBlocks;
      const until = Math.min(to, stripeEnd);
      this.need[this.groupOf(block)] += until - block;
      block = until;
    }
  }

  private hasNeed(): boolean {
    for (let group = 0; group < this.need.length; group++) {
      if (this.need[group] > this.caches[group].pool.free) return false;
    }
    return true;
  }
}
