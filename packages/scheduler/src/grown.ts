/**
 * @module
 * Struct-of-arrays tables that grow.
 */

/**
 * Large arrays that fill from the front become so many times as long. What nobody has written takes no memory yet, and to copy
 * what somebody has costs as much as to write it.
 */
export const GROWTH = 8;

/** A typed array of `length` that begins with the values of `array`. */
export function grown<A extends Int32Array | Float64Array | Uint8Array>(array: A, length: number): A {
  const next = new (array.constructor as new (n: number) => A)(length);
  next.set(array);
  return next;
}
