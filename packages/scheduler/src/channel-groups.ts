/**
 * @module
 * PIM channels in fixed groups: a request's KV lives on one group, spread over all of its channels, until it ends. Striped
 * KV lives on all groups, from the one where the request starts.
 */
import type { BlockPool } from "./block-pool.js";
import { CachedContents } from "./cached-contents.js";
import { KvCache, type KvMemory } from "./kv-cache.js";
import type { GroupLoads, Placement } from "./placement/index.js";
import { StripedKvCache } from "./striped-kv-cache.js";

/** How requests are striped over groups. */
export interface KvStripes {
  /** KV blocks of a stripe. */
  blocks: number;
  /** Tokens in a piece, of the first `tokens` of a request; pieces count from the group where it starts. */
  tokensOfPiece(tokens: number, piece: number): number;
}

/** A request that a step may admit. */
export interface Candidate {
  row: number;
  /** Tokens that it has reached. */
  tokens: number;
}

export class ChannelGroups implements GroupLoads {
  /** The memory of a request, by the group where it starts. */
  readonly caches: readonly KvMemory[];
  /** The blocks of each group. */
  readonly pools: readonly BlockPool[];
  readonly tokens: Float64Array;
  readonly decodes: Float64Array;
  readonly prefills: Float64Array;
  /** Groups that requests have been planned for in this step, by row. */
  private readonly planned = new Map<number, number>();

  /** @param stripes null: all KV of a request is on one group */
  constructor(
    groups: number,
    blocksPerGroup: number,
    blockSize: number,
    caching: boolean,
    readonly placement: Placement,
    readonly stripes: KvStripes | null = null,
    index = new CachedContents(),
  ) {
    const own = Array.from({ length: groups }, () => new KvCache(blocksPerGroup, blockSize, caching, index));
    this.caches = stripes ? own.map((_, start) => new StripedKvCache(own, start, stripes.blocks)) : own;
    this.pools = own.map(({ pool }) => pool);
    this.tokens = new Float64Array(groups);
    this.decodes = new Float64Array(groups);
    this.prefills = new Float64Array(groups);
  }

  /** A step begins: nothing has been placed in it. */
  startStep(): void {
    this.prefills.fill(0);
    if (this.planned.size > 0) this.planned.clear();
  }

  /** What is placed on a group grows or, where negative, shrinks. */
  add(group: number, tokens: number, decode: number): void {
    this.tokens[group] += tokens;
    this.decodes[group] += decode;
  }

  /**
   * A request that starts on `group` counts `tokens` tokens and a decode over `context`, in place of what it has counted.
   * 0 and 0 is a request that is not there.
   */
  recount(group: number, tokensBefore: number, contextBefore: number, tokens: number, context: number): void {
    const { stripes } = this;
    if (stripes === null) {
      this.add(group, tokens - tokensBefore, this.decodeOf(context) - this.decodeOf(contextBefore));
      return;
    }
    const groups = this.caches.length;
    for (let piece = 0; piece < groups; piece++) {
      const of = (all: number): number => stripes.tokensOfPiece(all, piece);
      const decode = this.decodeOf(of(context)) - this.decodeOf(of(contextBefore));
      this.add((group + piece) % groups, of(tokens) - of(tokensBefore), decode);
    }
  }

  private decodeOf(context: number): number {
    return context === 0 ? 0 : this.placement.costs.decode(context);
  }

  /** A prefill placed in this step attends to `tokens` tokens behind `context` others. */
  addPrefill(group: number, context: number, tokens: number): void {
    const { costs } = this.placement;
    const pieces = this.stripes ? this.caches.length : 1;
    for (let piece = 0; piece < pieces; piece++) {
      this.prefills[(group + piece) % this.caches.length] += costs.prefill(context, tokens, piece);
    }
  }

  /** Places the requests that this step may admit, the longest first, where the policy does so: `place` keeps to it. */
  plan(candidates: readonly Candidate[]): void {
    const longestFirst = [...candidates].sort((a, b) => b.tokens - a.tokens);
    for (const { row, tokens } of longestFirst) {
      const found = this.place(null, tokens, () => tokens);
      if (!found) continue;
      this.planned.set(row, found.group);
      this.recount(found.group, 0, 0, tokens, tokens);
    }
    // They count again as they are admitted.
    for (const { row, tokens } of candidates) {
      const group = this.planned.get(row);
      if (group !== undefined) this.recount(group, tokens, tokens, 0, 0);
    }
  }

  /**
   * The group for a new request by the placement policy, among those with room for `tokens`; undefined where none has.
   *
   * @param row a planned request keeps to its group, if that still has room
   */
  place(
    contents: Int32Array | null,
    known: number,
    tokens: (hits: number) => number,
    row = -1,
  ): { group: number; hits: number } | undefined {
    const { followsHits } = this.placement;
    const planned = this.planned.get(row);
    let best: { group: number; hits: number } | undefined;
    for (let group = 0; group < this.caches.length; group++) {
      const cache = this.caches[group];
      const hits = cache.hitBlocks(contents, known);
      if (best && group !== planned) {
        if (followsHits && hits < best.hits) continue;
        const longerHit = followsHits && hits > best.hits;
        if (!longerHit && this.placement.lead(this, group, best.group) >= 0) continue;
      }
      if (!cache.fits(contents, hits, tokens(hits * cache.blockSize))) continue;
      best = { group, hits };
      if (group === planned) break;
    }
    return best;
  }
}
