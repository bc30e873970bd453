/**
 * @module
 * Bisection between a value that a test passes and one that it does not.
 */

/** A value between two others; null where they are close enough. */
export type Between = (a: number, b: number) => number | null;

/** The middle by ratio, until the two differ by no more than a share of the smaller one; twice that where there is no end. */
export const byRatio =
  (tolerance: number): Between =>
  (a, b) =>
    Math.max(a, b) <= Math.min(a, b) * (1 + tolerance)
      ? null
      : Number.isFinite(a * b)
        ? Math.sqrt(a * b)
        : 2 * Math.min(a, b);

/** The middle on a grid, until the two are neighbours on it or as close as `byRatio` has them. */
export const onGrid =
  (step: number, tolerance: number): Between =>
  (a, b) => {
    if (byRatio(tolerance)(a, b) === null) return null;
    const middle = Math.round((a + b) / 2 / step) * step;
    return middle === a || middle === b ? null : middle;
  };

/** Both sides of a change, as close as was asked for. */
export interface Bracket {
  passing: number;
  failing: number;
}

/**
 * Where the test changes more than once, one of the changes.
 *
 * @param passes null where nobody can say: the search ends there
 * @example
 * await bisection({ passing: 1, failing: 8 }, onGrid(1, 0), async (x) => x < 5); // { passing: 4, failing: 5 }
 */
export async function bisection(
  { passing, failing }: Bracket,
  between: Between,
  passes: (value: number) => Promise<boolean | null>,
): Promise<Bracket> {
  const middle = between(passing, failing);
  if (middle === null) return { passing, failing };
  const passed = await passes(middle);
  if (passed === null) return { passing, failing };
  const closer = passed ? { passing: middle, failing } : { passing, failing: middle };
  return await bisection(closer, between, passes);
}
