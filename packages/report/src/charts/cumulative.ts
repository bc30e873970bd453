/**
 * @module
 * The cumulative distribution of samples, as points of a line.
 */

/** Share of samples that are at most x, at every sample; starts at (0, 0). Draw with `step: "after"`. */
export function cumulative(samples: readonly number[]): [x: number, share: number][] {
  const sorted = Float64Array.from(samples).sort();
  const points: [number, number][] = [[0, 0]];
  sorted.forEach((x, i) => {
    // Of equal samples, the last one tells.
    if (sorted[i + 1] !== x) points.push([x, (i + 1) / sorted.length]);
  });
  return points;
}
