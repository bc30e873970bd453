/**
 * @module
 * KV blocks in host memory, behind those of a GPU: what its prefix cache evicts, and the KV of preempted requests. Who was
 * used longest ago goes first. No times: what has to be moved is collected until {@link HostKvCache.takeMoves}.
 *
 * A block goes by a name: the number of its content, or a negative number of its own where it is not findable by content.
 */

/** KV that a request needs from host memory before its first step. */
export interface KvLoad {
  row: number;
  blocks: number;
  /** The last {@link KvMoves} whose stores hold some of it; -1 for none. */
  storedIn: number;
}

/** What is to be moved between GPU and host memory since the last ones. */
export interface KvMoves {
  /** Counted from 0. */
  number: number;
  /** Blocks that host memory did not hold yet. */
  storedBlocks: number;
  loads: readonly KvLoad[];
}

/** KV of a preempted request when it left the GPU. */
interface SwappedKv {
  tokens: number;
  /** Of its blocks, in order. */
  names: Float64Array;
}

/**
 * Whether to move a preempted request's KV to host memory and back rather than compute it again.
 *
 * @param tokens that would be computed again
 * @param blocksUp blocks of them that host memory does not hold yet
 * @param blocksDown all blocks of them
 */
export type SwapRule = (tokens: number, blocksUp: number, blocksDown: number) => boolean;

export class HostKvCache {
  /** Tokens found here at first admission. */
  hitTokens = 0;
  /** Tokens of preempted requests that were found here again. */
  restoredTokens = 0;
  /** Preempted requests whose KV was moved here. */
  swaps = 0;
  /** Number of the moves that store each block, by its name; the one used longest ago is the first. */
  private readonly storedIn = new Map<number, number>();
  /** By row. */
  private readonly swapped = new Map<number, SwappedKv>();
  private unfindable = 0;
  /** Number of the next moves. */
  private moves = 0;
  private storedBlocks = 0;
  private loads: KvLoad[] = [];

  /**
   * @param count blocks that there is room for
   * @param isSwapCheaper what decides whether a preempted request is swapped
   */
  constructor(
    readonly count: number,
    private readonly blockSize: number,
    private readonly isSwapCheaper: SwapRule,
  ) {}

  /** Blocks in host memory. */
  get used(): number {
    return this.storedIn.size;
  }

  /** Keeps a block that leaves the GPU; nothing is moved where it is here already. */
  store(name: number): void {
    const before = this.storedIn.get(name);
    if (before !== undefined) this.storedIn.delete(name);
    else {
      if (this.storedIn.size === this.count) this.evict();
      this.storedBlocks++;
    }
    this.storedIn.set(name, before ?? this.moves);
  }

  /**
   * Keeps the KV of a request that is preempted, where it fits and that is the cheaper way.
   *
   * @param findable leading blocks of it that are findable by content
   */
  swapOut(row: number, contents: Int32Array | null, findable: number, tokens: number): void {
    const blocks = Math.ceil(tokens / this.blockSize);
    if (blocks > this.count) return;
    const names = new Float64Array(blocks);
    let missing = 0;
    for (let i = 0; i < blocks; i++) {
      names[i] = contents && i < findable ? contents[i] : -1 - this.unfindable - i;
      if (!this.storedIn.has(names[i])) missing++;
    }
    if (!this.isSwapCheaper(tokens, missing, blocks)) return;
    this.unfindable += blocks;
    this.swaps++;
    this.swapped.set(row, { tokens, names });
    // The last block first: a prefix outlives its continuations.
    for (let i = blocks - 1; i >= 0; i--) this.store(names[i]);
  }

  /** Tokens of a request that was swapped out, and 0 of any other. */
  swappedTokens(row: number): number {
    return this.swapped.get(row)?.tokens ?? 0;
  }

  /**
   * Leading tokens of a request that are on the GPU or here. At least the last one is left to compute.
   *
   * @param onGpu leading blocks that are on the GPU
   * @param reached tokens up to which it has to be computed
   */
  knownTokens(row: number, contents: Int32Array | null, onGpu: number, reached: number): number {
    const names = this.namesOf(row, contents);
    const most = this.swapped.get(row)?.tokens ?? Math.floor((reached - 1) / this.blockSize) * this.blockSize;
    let blocks = onGpu;
    while (blocks < names.length && blocks * this.blockSize < most && this.storedIn.has(names[blocks])) blocks++;
    return Math.max(onGpu * this.blockSize, Math.min(most, blocks * this.blockSize));
  }

  /**
   * Admits a request: what of its `known` leading tokens is behind its first `onGpu` blocks has to be loaded.
   *
   * @returns tokens to be loaded
   */
  admit(row: number, contents: Int32Array | null, onGpu: number, known: number): number {
    const names = this.namesOf(row, contents);
    const blocks = Math.ceil(known / this.blockSize);
    let storedIn = -1;
    for (let i = blocks - 1; i >= 0; i--) {
      const moves = this.storedIn.get(names[i]);
      if (moves === undefined) continue;
      if (i >= onGpu) storedIn = Math.max(storedIn, moves);
      // Used now, and so the last to go.
      this.store(names[i]);
    }
    if (blocks > onGpu) this.loads.push({ row, blocks: blocks - onGpu, storedIn });
    const tokens = Math.max(0, known - onGpu * this.blockSize);
    if (this.swapped.has(row)) this.restoredTokens += tokens;
    else this.hitTokens += tokens;
    this.drop(row);
    return tokens;
  }

  /** A request needs no swapped KV any more. What others may find stays. */
  drop(row: number): void {
    for (const name of this.swapped.get(row)?.names ?? []) if (name < 0) this.storedIn.delete(name);
    this.swapped.delete(row);
  }

  /** What has to be moved since the last call. */
  takeMoves(): KvMoves {
    const moves = { number: this.moves++, storedBlocks: this.storedBlocks, loads: this.loads };
    this.storedBlocks = 0;
    this.loads = [];
    return moves;
  }

  private namesOf(row: number, contents: Int32Array | null): Float64Array | Int32Array {
    return this.swapped.get(row)?.names ?? contents ?? noNames;
  }

  private evict(): void {
    const [oldest] = this.storedIn.keys();
    this.storedIn.delete(oldest);
  }
}

const noNames = new Int32Array(0);
