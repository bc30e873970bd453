/**
 * @module
 * PIM channels in fixed groups: a request's KV lives on one group, spread over all of its channels, until it ends.
 */
import { KvCache } from "./kv-cache.js";

/** Times on each channel of a group that placement goes by, whole ns. */
export interface PlacementCosts {
  /** Attention of one decode whose context, itself included, is `context` tokens. */
  decodeNs(context: number): number;
  /** Attention of `tokens` prefill tokens behind `context` others; 0 where prefills do not attend here. */
  prefillNs(context: number, tokens: number): number;
}

export class ChannelGroups {
  /** One KV memory per group. */
  readonly caches: readonly KvCache[];
  /** Tokens placed on each group. */
  readonly tokens: Float64Array;
  /** PIM time of the coming step: a decode of everybody on the group, and the prefills placed in this step. */
  readonly decodesNs: Float64Array;
  private readonly prefillsNs: Float64Array;

  constructor(
    groups: number,
    blocksPerGroup: number,
    blockSize: number,
    caching: boolean,
    readonly costs: PlacementCosts,
  ) {
    this.caches = Array.from({ length: groups }, () => new KvCache(blocksPerGroup, blockSize, caching));
    this.tokens = new Float64Array(groups);
    this.decodesNs = new Float64Array(groups);
    this.prefillsNs = new Float64Array(groups);
  }

  /** A step begins: nothing has been placed in it. */
  startStep(): void {
    this.prefillsNs.fill(0);
  }

  /** What is placed on a group grows or, where negative, shrinks. */
  add(group: number, tokens: number, decodeNs: number): void {
    this.tokens[group] += tokens;
    this.decodesNs[group] += decodeNs;
  }

  /** A prefill placed in this step attends to `tokens` tokens behind `context` others. */
  addPrefill(group: number, context: number, tokens: number): void {
    this.prefillsNs[group] += this.costs.prefillNs(context, tokens);
  }

  /**
   * The group for a new request: the longest prefix hit among those with room for `tokens`, then the least PIM time of the
   * coming step, then the fewest tokens placed, then the lowest number; undefined where none has room.
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
      if (best && (hits < best.hits || (hits === best.hits && !this.isLessLoaded(group, best.group)))) continue;
      if (cache.fits(hashes, hits, tokens(hits * cache.blockSize))) best = { group, hits };
    }
    return best;
  }

  private isLessLoaded(group: number, other: number): boolean {
    const lead = this.decodesNs[group] + this.prefillsNs[group] - this.decodesNs[other] - this.prefillsNs[other];
    return lead < 0 || (lead === 0 && this.tokens[group] < this.tokens[other]);
  }
}
