/**
 * @module
 * Chained hashes of KV blocks: equal hashes mean equal blocks after equal prefixes, as in vLLM's prefix cache.
 */

const rotl = (x: number, r: number): number => (x << r) | (x >>> (32 - r));

/** Final mix of MurmurHash3 (Appleby, public domain): every input bit reaches every output bit. */
function avalanche(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Hash of the block `ids[start .. end]` that follows the blocks of hash `parent` (0 at the start of a sequence).
 * A whole number of 53 bits, never 0. Integer arithmetic only, so it is the same on every machine. Two lanes of
 * MurmurHash3_x86_32 with the constants of its 128-bit variant; among a million blocks two collide with p = 6e-5.
 */
export function blockHash(parent: number, ids: Int32Array, start: number, end: number): number {
  let a = parent | 0;
  let b = Math.floor(parent / 2 ** 32) ^ 0x9e3779b9;
  for (let i = start; i < end; i++) {
    const id = ids[i] ?? 0;
    a = (Math.imul(rotl(a ^ Math.imul(rotl(Math.imul(id, 0x239b961b), 15), 0xab0e9789), 19), 5) + 0x561ccd1b) | 0;
    b = (Math.imul(rotl(b ^ Math.imul(rotl(Math.imul(id, 0x38b34ae5), 16), 0xa1e38b93), 17), 5) + 0x0bcaa747) | 0;
  }
  a ^= end - start;
  b ^= end - start;
  a = avalanche(a + b);
  b = avalanche(b + a);
  a = (a + b) >>> 0;
  return (b >>> 11) * 2 ** 32 + a || 1;
}

/**
 * Hashes of the full blocks of `ids[start .. end]`, floor((end - start) / blockSize) of them. Hash k depends on all ids up
 * to the end of block k: two sequences share their first k blocks exactly where their first k hashes are equal.
 *
 * @example
 * blockHashChain(Int32Array.of(1, 2, 3, 4, 5), 0, 5, 2).length; // 2
 */
export function blockHashChain(ids: Int32Array, start: number, end: number, blockSize: number): Float64Array {
  const hashes = new Float64Array(Math.max(0, Math.floor((end - start) / blockSize)));
  let parent = 0;
  for (let k = 0, at = start; k < hashes.length; k++, at += blockSize) {
    parent = blockHash(parent, ids, at, at + blockSize);
    hashes[k] = parent;
  }
  return hashes;
}
