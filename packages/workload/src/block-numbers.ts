/**
 * @module
 * Numbers of what KV blocks hold: 1, 2, 3 and so on, so that who looks a block up reads an array. Equal numbers mean equal
 * blocks after equal prefixes, as in vLLM's prefix cache.
 */
import { blockHashChain } from "./block-hashes.js";
import type { HashIds } from "./hash-ids.js";
import { createHashNumbers } from "./hash-numbers.js";
import type { RequestChunk } from "./request-chunk.js";

/** The prefix of no hash ids. */
const ROOT = 0;

/**
 * Numbers the blocks of requests as they are read. A block of token ids takes 24 to 48 bytes, a prefix of hash ids 24
 * however many blocks it is, and an entry of a map where it is not the first to continue another.
 *
 * @example
 * const numbers = new BlockNumbers();
 * numbers.of(chunk, 0, 16); // of the full blocks of the first request
 */
export class BlockNumbers {
  private count = 0;
  private readonly hashes = createHashNumbers();
  /** Number of the first block that ends in the last id's stretch. Index: prefix. */
  private readonly firstBlock: number[] = [0];
  /** The prefix that was the first to continue one, {@link ROOT} for none, and its last id: hardly any has another. Index: prefix. */
  private readonly nextPrefix: number[] = [ROOT];
  private readonly nextId: number[] = [0];
  /** The others that continue a prefix, by their last id. */
  private readonly branches = new Map<number, Map<number, number>>();

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
    let prefix = this.prefix(ROOT, -blockSize, 0);
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
    const next = this.nextPrefix[before] ?? ROOT;
    if (next !== ROOT && this.nextId[before] === id) return next;
    const known = next === ROOT ? undefined : this.branches.get(before)?.get(id);
    if (known !== undefined) return known;
    const prefix = this.firstBlock.push(this.count + 1) - 1;
    this.nextPrefix.push(ROOT);
    this.nextId.push(0);
    this.count += blocks;
    if (next === ROOT) {
      this.nextPrefix[before] = prefix;
      this.nextId[before] = id;
      return prefix;
    }
    const branches = this.branches.get(before) ?? new Map<number, number>();
    this.branches.set(before, branches.set(id, prefix));
    return prefix;
  }
}
