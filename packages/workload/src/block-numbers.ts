/**
 * @module
 * Numbers of what KV blocks hold: 1, 2, 3 and so on, so that who looks a block up reads an array. Equal numbers mean equal
 * blocks after equal prefixes, as in vLLM's prefix cache.
 */
import { blockHashChain } from "./block-hashes.js";
import type { HashIds } from "./hash-ids.js";
import { createHashNumbers } from "./hash-numbers.js";
import type { RequestChunk } from "./request-chunk.js";

/** Prefixes of hash ids that are told apart, and hash ids: together they are one number that a double holds. */
const MOST_IDS = 2 ** 26;

/**
 * Numbers the blocks of requests as they are read. A block of token ids takes 24 to 48 bytes, a prefix of hash ids about 50
 * however many blocks it is.
 *
 * @example
 * const numbers = new BlockNumbers();
 * numbers.of(chunk, 0, 16); // of the full blocks of the first request
 */
export class BlockNumbers {
  private count = 0;
  private readonly hashes = createHashNumbers();
  /** Index of each hash id. */
  private readonly ids = new Map<number, number>();
  /** A prefix of hash ids, by the index of the prefix before it and that of its last id. */
  private readonly prefixes = new Map<number, number>();
  /** Number of the first block that ends in the last id's stretch. Index: prefix. */
  private readonly firstBlock: number[] = [];

  /** The numbers of a request's full blocks, prompt before output; null where nothing is known of its tokens. */
  of(
    { tokenIds, tokenOffsets, hashIds, inputTokens }: RequestChunk,
    row: number,
    blockSize: number,
  ): Int32Array | null {
    if (hashIds) return this.ofHashIds(hashIds, row, inputTokens[row] ?? 0, blockSize);
    if (!tokenIds || !tokenOffsets) return null;
    const start = tokenOffsets[row] ?? 0;
    const end = tokenOffsets[row + 1] ?? 0;
    if (end === start) return null;
    const hashes = blockHashChain(tokenIds, start, end, blockSize);
    const numbers = new Int32Array(hashes.length);
    for (let block = 0; block < numbers.length; block++) {
      const number = this.hashes.numberOf(hashes[block] ?? 0, this.count + 1);
      if (number > this.count) this.count = number;
      numbers[block] = number;
    }
    return numbers;
  }

  private ofHashIds(hashIds: HashIds, row: number, inputTokens: number, blockSize: number): Int32Array | null {
    const { offsets, ids, tokens } = hashIds;
    const own = ids.subarray(offsets[row], offsets[row + 1]);
    if (own.length === 0) return null;
    const numbers = new Int32Array(Math.floor(inputTokens / blockSize));
    // Another block size is another kind of block.
    let prefix = this.prefix(MOST_IDS - 1, -blockSize, 0);
    for (let k = 0; k < own.length; k++) {
      const from = Math.floor((k * tokens) / blockSize);
      const to = Math.floor(((k + 1) * tokens) / blockSize);
      prefix = this.prefix(prefix, own[k] ?? 0, to - from);
      const first = this.firstBlock[prefix] ?? 0;
      for (let block = from; block < to && block < numbers.length; block++) numbers[block] = first + block - from;
    }
    return numbers;
  }

  /** The prefix that is `before` and then `id`; where it is new, it takes numbers for `blocks` blocks. */
  private prefix(before: number, id: number, blocks: number): number {
    let index = this.ids.get(id);
    if (index === undefined) {
      index = this.ids.size;
      this.ids.set(id, index);
    }
    const key = before * MOST_IDS + index;
    const known = this.prefixes.get(key);
    if (known !== undefined) return known;
    const prefix = this.firstBlock.length;
    if (prefix >= MOST_IDS - 1 || index >= MOST_IDS) throw new RangeError(`over ${MOST_IDS} prefixes of hash ids`);
    this.prefixes.set(key, prefix);
    this.firstBlock.push(this.count + 1);
    this.count += blocks;
    return prefix;
  }
}
