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
  rankModel,
} from "@tandem-sim/hardware";
import type { GpuSpec } from "@tandem-sim/schemas";
import { attentionErrors, type MeasuredProfile } from "./fit-constants.js";
import { isDecode, isOfLayer, isPrompt, type KernelPoints } from "./measurements.js";
import { rawIterations, sampledIterations } from "./raw-iterations.js";
import { robustFit } from "./robust-fit.js";

const mixedEvery = 20;
const sampled = 500;
const scale = 30;
/** The total of a phase counts beside its single iterations: runs are sums. */
const totalWeight = 100;

export type Efficiency = keyof Efficiencies;
export const efficiencyNames: readonly Efficiency[] = ["memory", "compute", "attention"];

/** The efficiencies with the least loss, those that are not `free` as they are. */
function fitFree(
  start: Efficiencies,
  free: readonly Efficiency[],
  residuals: (efficiencies: Efficiencies) => Float64Array,
): Efficiencies {
  const named = (parameters: readonly number[]): Efficiencies => ({
    ...start,
    ...Object.fromEntries(free.map((name, i) => [name, parameters[i]])),
  });
  const guess = free.map((name) => start[name]);
  return named(robustFit(guess, (parameters) => residuals(named(parameters))));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** From whole iterations of a raw profile. @param free what is fitted; the rest stays as it is */
export function calibrateOnProfile(
  constants: AnalyticConstants,
  { spec, model, raw }: MeasuredProfile,
  start: Efficiencies,
  free: readonly Efficiency[] = efficiencyNames,
): Efficiencies {
  const layers = model.num_hidden_layers;
  const architecture = architectureOf(model);
  const atPoints = rawIterations(raw, architecture, layers, mixedEvery).filter(({ batches }) => batches.length > 0);
  const between = sampledIterations(raw, architecture, layers, { batches: sampled, seed: 5 }).filter(({ phase }) =>
    atPoints.some((measured) => measured.phase === phase),
  );
  const measured = [...atPoints, ...between];
  const sets = measured.map(({ batches, attentionNs, otherNs }) => ({
    batches,
    wantNs: Array.from(attentionNs, (ns, i) => otherNs[i] + layers * ns),
  }));
  return fitFree(start, free, (efficiencies) => {
    const costs = createAnalyticCosts(spec, rankModel(model, raw.tp), { constants, efficiencies, dtype: "bfloat16" });
    return Float64Array.from(
      sets.flatMap(({ batches, wantNs }) => {
        const got = batches.map((batch) => iterationNs(costs, layers, batch));
        const each = got.map((ns, i) => (scale * Math.log(ns / wantNs[i])) / Math.sqrt(got.length));
        return [...each, totalWeight * (sum(got) / sum(wantNs) - 1)];
      }),
    );
  });
}

/**
 * From kernels: products of layers, prompts and decodes weigh alike, however many there are of each.
 *
 * @param free what is fitted; the rest stays as it is
 */
export function calibrateOnPoints(
  constants: AnalyticConstants,
  spec: GpuSpec,
  { products: all, attention }: KernelPoints,
  start: Efficiencies,
  free: readonly Efficiency[] = efficiencyNames,
): Efficiencies {
  const products = all.filter(isOfLayer);
  const prompts = attention.filter(isPrompt);
  const decodes = attention.filter(isDecode);
  return fitFree(start, free, (efficiencies) => {
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
  });
}
