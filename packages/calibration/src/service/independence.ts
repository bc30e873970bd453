/**
 * @module
 * Whether what one constant does to a run can be told from what others do.
 */

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

const without = (vector: Float64Array, direction: Float64Array): Float64Array => {
  const length = dot(direction, direction);
  if (length === 0) return vector;
  const part = dot(vector, direction) / length;
  return vector.map((value, i) => value - part * direction[i]);
};

/**
 * The part of an effect, from 0 to 1, that no combination of other effects makes; 0 for no effect at all.
 *
 * @example
 * independence(Float64Array.of(1, 1), [Float64Array.of(1, 0)]); // 0.707...
 */
export function independence(effect: Float64Array, others: readonly Float64Array[]): number {
  const length = Math.sqrt(dot(effect, effect));
  if (length === 0) return 0;
  const directions: Float64Array[] = [];
  for (const other of others) directions.push(directions.reduce(without, other));
  const rest = directions.reduce(without, effect);
  return Math.sqrt(dot(rest, rest)) / length;
}
