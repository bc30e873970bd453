/**
 * @module
 * Fits piecewise-linear curves with few knots to many samples: knot positions by dynamic programming on the weighted
 * squared error of chords, knot values by least squares.
 */
import { bracketLow, bracketPosition } from "@tandem-sim/hardware";
import type { LayerSamples } from "@tandem-sim/schemas";
import { Samples } from "./least-squares.js";

/** Samples of one layer and how much a squared error, us^2, weighs at each of them. */
export interface WeightedCurve {
  samples: LayerSamples;
  weights: readonly number[];
}

/** The best knots for every number of knots: their error, and the indices of the samples that they stand at. */
interface KnotChoices {
  /** errors[count]; the first and the last sample are always knots. */
  errors: number[];
  indices(count: number): number[];
}

/** Weighted squared error of the chord from sample `from` to sample `to` over the samples between them. */
function chordError({ samples: { sizes, timeUs }, weights }: WeightedCurve, from: number, to: number): number {
  const slope = (timeUs[to] - timeUs[from]) / (sizes[to] - sizes[from]);
  let error = 0;
  for (let i = from + 1; i < to; i++) {
    const off = timeUs[from] + slope * (sizes[i] - sizes[from]) - timeUs[i];
    error += weights[i] * off * off;
  }
  return error;
}

function knotChoices(curve: WeightedCurve, most: number): KnotChoices {
  const n = curve.samples.sizes.length;
  const chord = Array.from({ length: n }, (_, from) =>
    Float64Array.from({ length: n }, (_, to) => (to > from ? chordError(curve, from, to) : 0)),
  );
  // least[to]: error up to sample `to` where that one is a knot.
  let least = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  least[0] = 0;
  const cameFrom: Int32Array[] = [];
  const errors = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let knot = 1; knot < Math.min(n, most); knot++) {
    const next = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
    const from = new Int32Array(n);
    for (let to = knot; to < n; to++) {
      for (let i = knot - 1; i < to; i++) {
        const total = least[i] + chord[i][to];
        if (total < next[to]) {
          next[to] = total;
          from[to] = i;
        }
      }
    }
    cameFrom.push(from);
    errors.push(next[n - 1]);
    least = next;
  }
  return {
    errors,
    indices(count) {
      const indices = [n - 1];
      for (let knot = count - 2; knot >= 0; knot--) indices.unshift(cameFrom[knot][indices[0]]);
      return indices;
    },
  };
}

function knotValues({ samples: { sizes, timeUs }, weights }: WeightedCurve, indices: readonly number[]): LayerSamples {
  const knots = Float64Array.from(indices, (i) => sizes[i]);
  const rows = new Samples();
  sizes.forEach((size, i) => {
    const low = bracketLow(knots, 0, knots.length, size);
    const position = bracketPosition(knots, low, knots.length, size);
    rows.share(low, 1 - position);
    rows.share(low + 1, position);
    rows.close(timeUs[i], weights[i]);
  });
  return {
    sizes: [...knots],
    timeUs: rows.solve(
      indices.map((i) => timeUs[i]),
      1e-9,
    ),
  };
}

/**
 * Fits all `curves` with `total` knots, each with `least` or more: every further knot goes where it removes most of the
 * weighted squared error. Curves with few samples are kept as they are.
 */
export function fitPiecewise(
  curves: Record<string, WeightedCurve>,
  total: number,
  least: number,
): Record<string, LayerSamples> {
  const fits = Object.entries(curves).map(([name, curve]) => {
    const most = curve.samples.sizes.length;
    return { name, curve, most, knots: Math.min(least, most), choices: knotChoices(curve, Math.min(most, total)) };
  });
  const gain = ({ choices, knots, most }: (typeof fits)[number]): number =>
    knots < most ? choices.errors[knots] - choices.errors[knots + 1] : -1;
  const given = fits.reduce((sum, { knots }) => sum + knots, 0);
  for (let left = total - given; left > 0; left--) {
    const best = fits.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    if (gain(best) <= 0) break;
    best.knots++;
  }
  return Object.fromEntries(
    fits.map(({ name, curve, knots, most, choices }) => [
      name,
      knots < 2 || knots === most ? curve.samples : knotValues(curve, choices.indices(knots)),
    ]),
  );
}
