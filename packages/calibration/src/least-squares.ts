/**
 * @module
 * Weighted linear least squares with few unknowns per sample, by conjugate gradients on the normal equations.
 */

/** Samples as rows: sum over `entries` of share x unknown should be `target`. */
export class Samples {
  readonly #start: number[] = [0];
  readonly #unknown: number[] = [];
  readonly #share: number[] = [];
  readonly #target: number[] = [];
  readonly #weight: number[] = [];

  /** Adds one share of the row that `close` ends. */
  share(unknown: number, share: number): void {
    if (share === 0) return;
    this.#unknown.push(unknown);
    this.#share.push(share);
  }

  close(target: number, weight: number): void {
    this.#start.push(this.#unknown.length);
    this.#target.push(target);
    this.#weight.push(weight);
  }

  /**
   * The values near `start` that minimise sum of weight x (row - target)^2. `pull` ties every unknown to its start, in
   * units of the mean weight of a row, so that unknowns without samples stay where they are.
   */
  solve(start: readonly number[], pull: number): number[] {
    const n = start.length;
    const rows = this.#target.length;
    const values = Float64Array.from(start);
    const energy = this.#target.reduce((sum, target, row) => sum + this.#weight[row] * target * target, 0) / rows;
    const tie = Float64Array.from(start, (value) => (pull * energy) / (value * value));
    const diagonal = Float64Array.from(tie);
    const residual = new Float64Array(n);
    this.#eachRow((row, from, to) => {
      let off = this.#target[row];
      for (let i = from; i < to; i++) off -= this.#share[i] * start[this.#unknown[i]];
      for (let i = from; i < to; i++) {
        residual[this.#unknown[i]] += this.#weight[row] * this.#share[i] * off;
        diagonal[this.#unknown[i]] += this.#weight[row] * this.#share[i] ** 2;
      }
    });

    const scaled = residual.map((value, k) => value / diagonal[k]);
    const direction = scaled.slice();
    let size = dot(residual, scaled);
    const enough = size * 1e-14;
    for (let step = 0; step < 500 && size > enough; step++) {
      const image = this.#normal(direction, tie);
      const length = size / dot(direction, image);
      for (let k = 0; k < n; k++) {
        values[k] += length * direction[k];
        residual[k] -= length * image[k];
        scaled[k] = residual[k] / diagonal[k];
      }
      const next = dot(residual, scaled);
      for (let k = 0; k < n; k++) direction[k] = scaled[k] + (next / size) * direction[k];
      size = next;
    }
    return [...values];
  }

  #eachRow(visit: (row: number, from: number, to: number) => void): void {
    for (let row = 0; row < this.#target.length; row++) visit(row, this.#start[row], this.#start[row + 1]);
  }

  #normal(vector: Float64Array, tie: Float64Array): Float64Array {
    const image = vector.map((value, k) => value * tie[k]);
    this.#eachRow((row, from, to) => {
      let value = 0;
      for (let i = from; i < to; i++) value += this.#share[i] * vector[this.#unknown[i]];
      value *= this.#weight[row];
      for (let i = from; i < to; i++) image[this.#unknown[i]] += value * this.#share[i];
    });
    return image;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
