/**
 * @module
 * Struct-of-arrays tables that grow.
 */

/** A typed array of `length` that begins with the values of `array`. */
export function grown<A extends Int32Array | Float64Array | Uint8Array>(array: A, length: number): A {
  const next = new (array.constructor as new (n: number) => A)(length);
  next.set(array);
  return next;
}
