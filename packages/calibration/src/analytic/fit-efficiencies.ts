/**
 * @module
 * The three numbers that calibrate a GPU, with the constants of the model as they are: from whole iterations of a profile,
 * or from a handful of kernels.
 */
import {
  type AnalyticConstants,
  architectureOf,
  createAnalyticCosts,
  type Efficiencies,
  iterationNs,
  productKernel,
} from "@tandem-sim/hardware";
import type { GpuSpec } from "@tandem-sim/schemas";
import { attentionErrors, type MeasuredProfile } from "./fit-constants.js";
import type { KernelPoints } from "./measurements.js";
import { rawIterations, sampledIterations } from "./raw-iterations.js";
import { robustFit } from "./robust-fit.js";

const mixedEvery = 20;
const sampled = 500;
const scale = 30;
/** The total of a phase counts beside its single iterations: runs are sums. */
const totalWeight = 100;

const named = ([memory, compute, attention]: readonly number[]): Efficiencies => ({ memory, compute, attention });
const listed = ({ memory, compute, attention }: Efficiencies): number[] => [memory, compute, attention];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** From whole iterations of a raw profile. */
export function calibrateOnProfile(
  constants: AnalyticConstants,
  { spec, model, raw }: MeasuredProfile,
  start: Efficiencies,
): Efficiencies {
  const layers = model.num_hidden_layers;
  const architecture = architectureOf(model);
  const measured = [
    ...rawIterations(raw, architecture, layers, mixedEvery),
    ...sampledIterations(raw, architecture, layers, { batches: sampled, seed: 5 }),
  ];
  const sets = measured.map(({ batches, attentionNs, otherNs }) => ({
    batches,
    wantNs: Array.from(attentionNs, (ns, i) => otherNs[i] + layers * ns),
  }));
  const residuals = (parameters: readonly number[]): Float64Array => {
    const costs = createAnalyticCosts(spec, model, {
      constants,
      efficiencies: named(parameters),
      dtype: "bfloat16",
      tp: raw.tp,
    });
    return Float64Array.from(
      sets.flatMap(({ batches, wantNs }) => {
        const got = batches.map((batch) => iterationNs(costs, layers, batch));
        const each = got.map((ns, i) => (scale * Math.log(ns / wantNs[i])) / Math.sqrt(got.length));
        return [...each, totalWeight * (sum(got) / sum(wantNs) - 1)];
      }),
    );
  };
  return named(robustFit(listed(start), residuals));
}

/** From kernels: products, prompts and decodes weigh alike, however many there are of each. */
export function calibrateOnPoints(
  constants: AnalyticConstants,
  spec: GpuSpec,
  { products, attention }: KernelPoints,
  start: Efficiencies,
): Efficiencies {
  const prompts = attention.filter(({ chunk }) => chunk > 0);
  const decodes = attention.filter(({ chunk }) => chunk === 0);
  const residuals = (parameters: readonly number[]): Float64Array => {
    const efficiencies = named(parameters);
    const fitted = { constants, efficiencies: { [spec.hardware]: efficiencies } };
    const product = productKernel(spec, "bfloat16", { constants, efficiencies });
    return Float64Array.from([
      ...products.map(
        ({ rows, input, output, us }) =>
          (20 * Math.log(product(rows, input, output) / (us * 1000))) / Math.sqrt(products.length),
      ),
      ...attentionErrors(spec, prompts, fitted),
      ...attentionErrors(spec, decodes, fitted),
    ]);
  };
  return named(robustFit(listed(start), residuals));
}
