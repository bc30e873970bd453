/**
 * @module
 * Non-linear least squares by Levenberg and Marquardt, with a loss that grows linearly for outliers.
 */

/** Residuals of positive parameters: 0 where the model meets a measurement, 0.01 where it is 1% off. */
export type Residuals = (parameters: readonly number[]) => Float64Array;

/** Residuals well below it count as squares, those above hardly more than as themselves. */
const outlier = 0.05;
const step = 1e-4;
const steps = 60;

/** 2 (sqrt(1 + z) - 1) over z = (residual / outlier)^2, summed. */
function lossOf(residuals: Float64Array): number {
  let loss = 0;
  for (const residual of residuals) loss += 2 * (Math.sqrt(1 + (residual / outlier) ** 2) - 1);
  return loss;
}

/** Solves a small dense system by elimination with row pivots. */
export function solve(matrix: readonly number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++)
      if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = column + 1; row < n; row++) {
      const factor = rows[row][column] / rows[column][column];
      for (let k = column; k <= n; k++) rows[row][k] -= factor * rows[column][k];
    }
  }
  const solution = new Array<number>(n).fill(0);
  for (let row = n - 1; row >= 0; row--) {
    let rest = rows[row][n];
    for (let k = row + 1; k < n; k++) rest -= rows[row][k] * solution[k];
    solution[row] = rest / rows[row][row];
  }
  return solution;
}

/** How each residual moves with the logarithm of each parameter. */
function slopes(residuals: Residuals, parameters: readonly number[], at: Float64Array): Float64Array[] {
  return parameters.map((_, k) => {
    const moved = residuals(parameters.map((value, i) => (i === k ? value * Math.exp(step) : value)));
    return moved.map((value, i) => (value - at[i]) / step);
  });
}

/** The step that the residuals, as if they were linear, ask for; `damping` shortens it. */
function nextStep(slope: readonly Float64Array[], at: Float64Array, damping: number): number[] {
  const weight = at.map((residual) => 1 / Math.sqrt(1 + (residual / outlier) ** 2));
  const dot = (a: Float64Array, b: Float64Array): number =>
    a.reduce((sum, value, i) => sum + weight[i] * value * b[i], 0);
  const normal = slope.map((a, k) => slope.map((b, j) => dot(a, b) * (k === j ? 1 + damping : 1)));
  return solve(
    normal,
    slope.map((a) => -dot(a, at)),
  );
}

/**
 * The parameters near `start` with the least loss. They stay positive: the fit moves their logarithms.
 *
 * @example
 * robustFit([1], ([x = 1]) => Float64Array.of(Math.log(x / 3))); // [3]
 */
export function robustFit(start: readonly number[], residuals: Residuals): number[] {
  let best = [...start];
  let at = residuals(best);
  let loss = lossOf(at);
  let damping = 1e-3;
  for (let i = 0; i < steps && damping < 1e6; i++) {
    const move = nextStep(slopes(residuals, best, at), at, damping);
    const tried = best.map((value, k) => value * Math.exp(Math.min(1, Math.max(-1, move[k]))));
    const triedAt = residuals(tried);
    const triedLoss = lossOf(triedAt);
    if (!(triedLoss < loss)) {
      damping *= 10;
      continue;
    }
    const gained = loss - triedLoss;
    [best, at, loss] = [tried, triedAt, triedLoss];
    damping /= 3;
    if (gained < 1e-7 * loss) break;
  }
  return best;
}
