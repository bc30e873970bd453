/**
 * @module
 * What a machine is measured by: arithmetic on doubles and reads all over 2 MiB. Times of the simulator are given in times of
 * this loop, which no change of the simulator makes faster or slower.
 */
const ENTRIES = 1 << 18;
const STEPS = 1 << 20;
const memory = Float64Array.from({ length: ENTRIES }, (_, i) => i);

/** A fixed piece of work, some milliseconds long; the result is there so that it is not optimized away. */
export function kernel(): number {
  let sum = 0;
  let at = 1;
  for (let step = 0; step < STEPS; step++) {
    // Knuth's MMIX multiplier, cut to 32 bits: places that no cache foresees.
    at = (Math.imul(at, 0x4c957f2d) + 0x14057b7f) >>> 0;
    sum = sum * 0.999 + (memory[at & (ENTRIES - 1)] as number);
  }
  return sum;
}
