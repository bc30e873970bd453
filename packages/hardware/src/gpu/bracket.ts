/**
 * @module
 * Where a query lies between the knots of a table: linear interpolation within a bracket, extrapolation beyond the last.
 */

/**
 * Index of the knot left of `query` in `knots[from..to)`, at most the last but one, so that the bracket [low, low + 1]
 * extrapolates beyond the end.
 */
export function bracketLow(knots: Float64Array, from: number, to: number, query: number): number {
  let low = from;
  let high = to - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (knots[middle] <= query) low = middle;
    else high = middle;
  }
  return low;
}

/** Position of `query` in the bracket that starts at `low`: 0 at its knot and below, 1 at the next, beyond 1 past it. */
export function bracketPosition(knots: Float64Array, low: number, to: number, query: number): number {
  const start = knots[low];
  return query <= start || low + 1 >= to ? 0 : (query - start) / (knots[low + 1] - start);
}
