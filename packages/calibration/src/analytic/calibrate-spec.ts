/**
 * @module
 * A spec sheet calibrated to measurements: what can be told of its efficiencies is fitted, the rest stays, and the errors
 * before and after are counted.
 */
import {
  analyticConstants,
  architectureOf,
  attentionKernel,
  createAnalyticCosts,
  type Efficiencies,
  efficienciesOf,
  modelShape,
  passKernel,
  productKernel,
  rankModel,
} from "@tandem-sim/hardware";
import { GpuCalibration, type GpuSpec, TandemError } from "@tandem-sim/schemas";
import { type ErrorStats, statsOf } from "../fit-error.js";
import { iterationErrorStats } from "./analytic-error.js";
import { type MeasuredProfile, productPoints } from "./fit-constants.js";
import { calibrateOnPoints, calibrateOnProfile, type Efficiency, efficiencyNames } from "./fit-efficiencies.js";
import { identified, toldBy } from "./identified.js";
import { type AttentionPoint, isDecode, isPrompt, type KernelPoints } from "./measurements.js";
import { type MeasuredPoints, passElements } from "./points-file.js";
import { rawIterations } from "./raw-iterations.js";

export interface CalibratedSpec {
  /** The spec sheet with its calibration. */
  spec: GpuSpec;
  fitted: Efficiency[];
  /** Why each efficiency that was not fitted stays as it was, a sentence. */
  kept: string[];
  efficiencies: { before: Efficiencies; after: Efficiencies };
  errors: { before: ErrorStats[]; after: ErrorStats[] };
}

/** Where measurements are from: in words for the spec sheet, and the place of errors. */
export interface Origin {
  source: string;
  where: string;
}

const missing: Readonly<Record<Efficiency, string>> = {
  memory: "measure products of 16 rows with weights beyond L2, or many decodes at long contexts",
  compute: "measure products of 2048 rows or more",
  attention: "measure attention over prompts of 2048 tokens or more",
};

const rounded = (value: number): number => Number(value.toPrecision(3));

/** The calibration of a spec sheet with some of its efficiencies replaced. */
function blockOf(
  spec: GpuSpec,
  after: Efficiencies,
  fitted: readonly Efficiency[],
  { source, where }: Origin,
): GpuCalibration {
  const before = spec.calibration;
  const keeps = efficiencyNames.filter((name) => !fitted.includes(name) && before?.[name] !== undefined);
  const block = {
    ...Object.fromEntries(keeps.map((name) => [name, before?.[name]])),
    ...Object.fromEntries(fitted.map((name) => [name, rounded(after[name])])),
    basis: keeps.length > 0 ? before?.basis : "fitted",
    source: keeps.length > 0 ? `${source}; ${keeps.join(" and ")}: ${before?.source}` : source,
  };
  const parsed = GpuCalibration.safeParse(block);
  if (parsed.success) return parsed.data;
  const figures = fitted.map((name) => `${name} ${rounded(after[name])}`).join(", ");
  throw new TandemError(
    "E_USAGE",
    `the fit gives ${figures} of what the spec sheet states, and 0.05 to 1.5 is possible`,
    { where, hint: `is the spec sheet, of ${spec.gpu}, that of the GPU that was measured?` },
  );
}

function calibrated(
  spec: GpuSpec,
  kernels: KernelPoints,
  origin: Origin,
  fit: (start: Efficiencies, free: readonly Efficiency[]) => Efficiencies,
  errorsOf: (efficiencies: Efficiencies) => ErrorStats[],
): CalibratedSpec {
  const before = efficienciesOf(spec);
  const told = toldBy(analyticConstants, spec, kernels, before);
  const fitted = identified(told);
  if (fitted.length === 0) {
    throw new TandemError("E_USAGE", "these measurements tell nothing of memory, compute or attention", {
      where: origin.where,
      hint: "docs/measure-your-gpu.md says which points do",
    });
  }
  const calibration = blockOf(spec, fit(before, fitted), fitted, origin);
  const after = efficienciesOf({ ...spec, calibration });
  const kept = efficiencyNames
    .filter((name) => !fitted.includes(name))
    .map(
      (name) =>
        `${name} stays at ${before[name]}: ${told[name].kernels} of ${told[name].of} kernels go by it, two are needed; ${missing[name]}`,
    );
  return {
    spec: { ...spec, calibration },
    fitted,
    kept,
    efficiencies: { before, after },
    errors: { before: errorsOf(before), after: errorsOf(after) },
  };
}

/** Errors kind by kind; of mixed batches and passes too, which are not fitted to. */
function pointErrors(spec: GpuSpec, points: MeasuredPoints, efficiencies: Efficiencies): ErrorStats[] {
  const product = productKernel(spec, "bfloat16", { efficiencies });
  const attention = (point: AttentionPoint): number =>
    attentionKernel(spec, point, 2, { efficiencies })(point.chunk, point.cached, point.decodes, point.context);
  const errors = <P extends { us: number }>(
    name: string,
    some: readonly P[],
    ns: (point: P) => number,
  ): ErrorStats[] =>
    some.length === 0
      ? []
      : [
          statsOf(
            name,
            some.map(ns),
            some.map(({ us }) => us * 1000),
          ),
        ];
  const mixed = points.attention.filter((point) => !isPrompt(point) && !isDecode(point));
  return [
    ...errors("products", points.products, ({ rows, input, output }) => product(rows, input, output)),
    ...errors("prompts", points.attention.filter(isPrompt), attention),
    ...errors("decodes", points.attention.filter(isDecode), attention),
    ...errors("mixed, not fitted to", mixed, attention),
    ...errors("passes, not fitted to", points.passes, ({ layer, rows, width }) =>
      passKernel(spec, layer, 1, { efficiencies })(2 * passElements[layer] * rows * width),
    ),
  ];
}

/**
 * To the kernels of a `points.csv`.
 *
 * @throws {TandemError} E_USAGE where they tell nothing, or what no GPU of this spec sheet does
 * @example
 * calibrateOnMeasuredPoints(spec, parsePoints(text, file), { source: "my measurements", where: file }).spec;
 */
export const calibrateOnMeasuredPoints = (spec: GpuSpec, points: MeasuredPoints, origin: Origin): CalibratedSpec =>
  calibrated(
    spec,
    points,
    origin,
    (start, free) => calibrateOnPoints(analyticConstants, spec, points, start, free),
    (efficiencies) => pointErrors(spec, points, efficiencies),
  );

/** The kernels behind a profile's tables. */
function kernelsOf({ model, raw }: MeasuredProfile): KernelPoints {
  const { heads, kvHeads, headDim } = modelShape(rankModel(model, raw.tp));
  const { prefillChunk, kvPrefill, nDecode, kvDecode, timeUs } = raw.attention;
  const attention = timeUs.map((us, i) => {
    const [chunk, cached, decodes, context] = [prefillChunk[i], kvPrefill[i], nDecode[i], kvDecode[i]];
    return { heads, kvHeads, headDim, chunk, cached, decodes, context, us };
  });
  return { products: productPoints(raw, model), attention };
}

/**
 * To the iterations of a profile.
 *
 * @throws {TandemError} E_USAGE as {@link calibrateOnMeasuredPoints}, E_SCHEMA where the profile is not of the model
 */
export function calibrateOnMeasuredProfile(measured: MeasuredProfile, origin: Origin): CalibratedSpec {
  const { spec, model, raw } = measured;
  const layers = model.num_hidden_layers;
  const iterations = rawIterations(raw, architectureOf(model), layers).filter(({ batches }) => batches.length > 0);
  return calibrated(
    spec,
    kernelsOf(measured),
    origin,
    (start, free) => calibrateOnProfile(analyticConstants, measured, start, free),
    (efficiencies) =>
      iterationErrorStats(
        createAnalyticCosts(spec, rankModel(model, raw.tp), { efficiencies, dtype: "bfloat16" }),
        layers,
        iterations,
      ),
  );
}
