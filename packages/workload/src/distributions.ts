/**
 * @module
 * Continuous distributions over a stream of random numbers. Math.log, exp and pow may differ in the last bit between
 * engines; whoever draws from these rounds to whole tokens or ns, so that workloads come out the same all the same.
 */
import type { Random } from "./random.js";

/** Uniform in (0, 1], safe to take the logarithm of. */
const positive = (random: Random): number => 1 - random.uniform();

/** Exponential with mean 1. */
export const exponential = (random: Random): number => -Math.log(positive(random));

/** Standard normal, by Marsaglia's polar method. */
export function normal(random: Random): number {
  for (;;) {
    const x = 2 * random.uniform() - 1;
    const y = 2 * random.uniform() - 1;
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

/** Gamma with this shape and scale 1, so mean `shape`: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * positive(random) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(positive(random)) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
