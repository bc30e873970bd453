/**
 * @module
 * PIM channels in fixed groups: a request's KV lives on one group, spread over all of its channels, until it ends.
 */
import { KvCache } from "./kv-cache.js";

export class ChannelGroups {
  /** One KV memory per group. */
  readonly caches: readonly KvCache[];
  /** Tokens placed on each group. */
  readonly load: Float64Array;

  constructor(groups: number, blocksPerGroup: number, blockSize: number, caching: boolean) {
    this.caches = Array.from({ length: groups }, () => new KvCache(blocksPerGroup, blockSize, caching));
    this.load = new Float64Array(groups);
  }

  /**
   * The group for a new request: the longest prefix hit among those with room for `tokens`, then the least load, then
   * the lowest number; undefined where none has room.
   */
  place(
    hashes: Float64Array | null,
    known: number,
    tokens: (hits: number) => number,
  ): { group: number; hits: number } | undefined {
    let best: { group: number; hits: number } | undefined;
    for (let group = 0; group < this.caches.length; group++) {
      const cache = this.caches[group];
      const hits = cache.hitBlocks(hashes, known);
      if (best && (hits < best.hits || (hits === best.hits && this.load[group] >= this.load[best.group]))) continue;
      if (cache.fits(hashes, hits, tokens(hits * cache.blockSize))) best = { group, hits };
    }
    return best;
  }
}
