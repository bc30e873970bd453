/**
 * @module
 * Numbers from 1 for hashes, in the order in which they are met. The built-in Map ends at 2^24 entries, 256 Mi tokens in
 * blocks of 16: less than a long trace has.
 */

/** Gives each hash a number of its own. */
export interface HashNumbers {
  /** The number of a hash; a new one takes `next`. */
  numberOf(hash: number, next: number): number;
}

/** For whole numbers that are well mixed and never 0, as block hashes are: open addressing, half full at most, 24 to 48 bytes each. */
export function createHashNumbers(): HashNumbers {
  let slots = new Float64Array(1024);
  let numbers = new Int32Array(1024);
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
    const moved = new Int32Array(larger.length);
    for (let slot = 0; slot < slots.length; slot++) {
      const hash = slots[slot] ?? 0;
      if (hash === 0) continue;
      const to = slotOf(larger, hash);
      larger[to] = hash;
      moved[to] = numbers[slot] ?? 0;
    }
    slots = larger;
    numbers = moved;
  }

  return {
    numberOf(hash, next) {
      const slot = slotOf(slots, hash);
      if (slots[slot] === hash) return numbers[slot] ?? 0;
      slots[slot] = hash;
      numbers[slot] = next;
      if (++size * 2 > slots.length) grow();
      return next;
    },
  };
}
