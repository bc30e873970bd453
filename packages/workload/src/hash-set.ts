/**
 * @module
 * A set of block hashes. The built-in Set ends at 2^24 entries, 256 Mi tokens in blocks of 16: less than a long trace has.
 */

/** Hashes seen so far. */
export interface HashSet {
  has(hash: number): boolean;
  add(hash: number): void;
}

/** An empty set of whole numbers that are well mixed and never 0, as block hashes are: open addressing, half full at most. */
export function createHashSet(): HashSet {
  let slots = new Float64Array(1024);
  let size = 0;

  /** Slot of the hash, or the empty one where it belongs. */
  function slotOf(table: Float64Array, hash: number): number {
    const mask = table.length - 1;
    let slot = hash & mask;
    while (table[slot] !== 0 && table[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  function grow(): void {
    const larger = new Float64Array(2 * slots.length);
    for (const hash of slots) if (hash !== 0) larger[slotOf(larger, hash)] = hash;
    slots = larger;
  }

  return {
    has: (hash) => slots[slotOf(slots, hash)] === hash,
    add(hash) {
      const slot = slotOf(slots, hash);
      if (slots[slot] === hash) return;
      slots[slot] = hash;
      if (++size * 2 > slots.length) grow();
    },
  };
}
