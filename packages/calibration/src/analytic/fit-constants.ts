/**
 * @module
 * Fits what the analytic model takes as given on every GPU, kernel by kernel: products on all GPUs that were measured,
 * passes and FlashAttention 2 on a raw profile, FlashAttention 3 on points of a GPU that runs it. Efficiencies are the
 * GPUs' own and are fitted beside them.
 */
import {
  type AnalyticConstants,
  type AttentionConstants,
  architectureOf,
  attentionKernel,
  type Efficiencies,
  type LayerName,
  modelShape,
  passKernel,
  productKernel,
  rankModel,
} from "@tandem-sim/hardware";
import type { AttentionKernel, GpuProfile, GpuSpec, LayerSamples, ModelConfig } from "@tandem-sim/schemas";
import { type AttentionPoint, coldPoints, type KernelPoints, type ProductPoint } from "./measurements.js";
import { type MeasuredIterations, rawIterations } from "./raw-iterations.js";
import { robustFit } from "./robust-fit.js";

/** A GPU of which whole iterations were measured. */
export interface MeasuredProfile {
  spec: GpuSpec;
  model: ModelConfig;
  raw: GpuProfile;
}

/** A GPU of which single kernels were measured. */
export interface MeasuredKernels {
  spec: GpuSpec;
  points: KernelPoints;
}

export interface Fitted {
  constants: AnalyticConstants;
  /** By name of the GPU. */
  efficiencies: Record<string, Efficiencies>;
}

const MIB = 2 ** 20;
/** Of the mixed batches of a raw profile, which are 80 times as many as the others. */
const mixedEvery = 8;
/** Kernels that were measured alone weigh less than those of the server. */
const aloneWeight = 0.3;
const layerBytesLeast = 8e6;

/** Relative errors as logarithms; sets of any size weigh alike. */
function logErrors(count: number, weight: number, got: (i: number) => number, wantNs: (i: number) => number) {
  const scale = (weight * 20) / Math.sqrt(count);
  return Array.from({ length: count }, (_, i) => scale * Math.log(got(i) / wantNs(i)));
}

const nsOf = (point: { us: number }): number => point.us * 1000;

/** The products of a profile's layers, as points. Small ones are passes as much as products. */
export function productPoints(raw: GpuProfile, model: ModelConfig): ProductPoint[] {
  const { kinds, pre, post, head } = architectureOf(model);
  const shape = modelShape(rankModel(model, raw.tp));
  const tables: Record<string, LayerSamples> = { ...raw.dense, ...raw.perSequence };
  return [...new Set([...pre, ...post, ...head.perSequence])].flatMap((layer) => {
    const { work, input, output } = kinds[layer];
    if (work !== "product" || 2 * input(shape) * output(shape) < layerBytesLeast) return [];
    const { sizes, timeUs } = tables[layer];
    return sizes.map((rows, i) => ({ rows, input: input(shape), output: output(shape), us: timeUs[i] }));
  });
}

/** How much each product counts: as the root of its weights, which most of an iteration is spent on. 1 on average. */
function shares(points: readonly ProductPoint[]): number[] {
  const roots = points.map(({ input, output }) => Math.sqrt(input * output));
  const mean = roots.reduce((sum, root) => sum + root, 0) / roots.length;
  return roots.map((root) => root / mean);
}

/** Products: one form on all GPUs, two efficiencies on each. */
function fitProducts(
  start: Fitted,
  sets: readonly { spec: GpuSpec; points: readonly ProductPoint[]; weight: number }[],
) {
  const unpack = (parameters: readonly number[]): Fitted => {
    const [fixedNs, padding, tail] = parameters;
    const constants = { ...start.constants, product: { fixedNs, padding, tail } };
    const efficiencies = { ...start.efficiencies };
    sets.forEach(({ spec }, g) => {
      const [memory, compute] = parameters.slice(3 + 2 * g);
      efficiencies[spec.hardware] = { ...efficiencies[spec.hardware], memory, compute };
    });
    return { constants, efficiencies };
  };
  const { fixedNs, padding, tail } = start.constants.product;
  const guess = sets.flatMap(({ spec }) => {
    const { memory, compute } = start.efficiencies[spec.hardware];
    return [memory, compute];
  });
  const residuals = (parameters: readonly number[]): Float64Array => {
    const { constants, efficiencies } = unpack(parameters);
    return Float64Array.from(
      sets.flatMap(({ spec, points, weight }) => {
        const product = productKernel(spec, "bfloat16", { constants, efficiencies: efficiencies[spec.hardware] });
        const got = (i: number): number => product(points[i].rows, points[i].input, points[i].output);
        const errors = logErrors(points.length, weight, got, (i) => nsOf(points[i]));
        const share = shares(points);
        return errors.map((error, i) => share[i] * error);
      }),
    );
  };
  return unpack(robustFit([fixedNs, padding, tail, ...guess], residuals));
}

/** Passes: each its fixed time and traffic, L2 for all. */
function fitPasses(start: Fitted, { spec, model, raw }: MeasuredProfile): Fitted {
  const { kinds } = architectureOf(model);
  const shape = modelShape(rankModel(model, raw.tp));
  const tables: Record<string, LayerSamples> = { ...raw.dense, ...raw.perSequence };
  const known = start.constants.pass.layers;
  const names = (Object.keys(known) as LayerName[]).filter((name) => tables[name] !== undefined);
  const unpack = (parameters: readonly number[]): Fitted => {
    const [warmL2, warmSpeed] = parameters;
    const own = names.map((name, i) => {
      const [fixedNs, traffic] = parameters.slice(2 + 2 * i);
      return [name, { fixedNs, traffic }] as const;
    });
    const pass = { warmL2, warmSpeed, layers: { ...known, ...Object.fromEntries(own) } };
    return { ...start, constants: { ...start.constants, pass } };
  };
  const residuals = (parameters: readonly number[]): Float64Array => {
    const { constants } = unpack(parameters);
    return Float64Array.from(
      names.flatMap((name) => {
        const { sizes, timeUs } = tables[name];
        const bytes = 2 * kinds[name].moved(shape);
        const pass = passKernel(spec, name, 1, { constants, efficiencies: start.efficiencies[spec.hardware] });
        return logErrors(
          sizes.length,
          0.6,
          (i) => pass(sizes[i] * bytes),
          (i) => timeUs[i] * 1000,
        );
      }),
    );
  };
  const { warmL2, warmSpeed } = start.constants.pass;
  const guess = names.flatMap((name) => [known[name]?.fixedNs ?? 1, known[name]?.traffic ?? 1]);
  return unpack(robustFit([warmL2, warmSpeed, ...guess], residuals));
}

/** A copy with some constants of one attention kernel, and its efficiency on a GPU, replaced. */
function withAttention(start: Fitted, spec: GpuSpec, own: Partial<AttentionConstants>, attention?: number): Fitted {
  const kernel: AttentionKernel = spec.attention_kernel.value;
  const before = start.efficiencies[spec.hardware];
  return {
    constants: {
      ...start.constants,
      attention: { ...start.constants.attention, [kernel]: { ...start.constants.attention[kernel], ...own } },
    },
    efficiencies: { ...start.efficiencies, [spec.hardware]: { ...before, attention: attention ?? before.attention } },
  };
}

type AttentionField = Exclude<keyof AttentionConstants, "tileRows">;

/** Fits fields of an attention kernel, and where asked its efficiency, to what `residuals` says of them. */
function fitAttention(
  start: Fitted,
  spec: GpuSpec,
  fields: readonly AttentionField[],
  withEfficiency: boolean,
  residuals: (fitted: Fitted) => Float64Array,
): Fitted {
  const unpack = (parameters: readonly number[]): Fitted =>
    withAttention(
      start,
      spec,
      Object.fromEntries(fields.map((field, i) => [field, parameters[i]])),
      withEfficiency ? parameters[fields.length] : undefined,
    );
  const from = start.constants.attention[spec.attention_kernel.value];
  const guess = fields.map((field) => from[field]);
  if (withEfficiency) guess.push(start.efficiencies[spec.hardware].attention);
  return unpack(robustFit(guess, (parameters) => residuals(unpack(parameters))));
}

/** Errors of attention in iterations, as a share of the iteration, and a little as a share of itself. */
function iterationErrors(
  { spec, model }: MeasuredProfile,
  { constants, efficiencies }: Fitted,
  sets: readonly MeasuredIterations[],
): Float64Array {
  const figures = { constants, efficiencies: efficiencies[spec.hardware] };
  const attention = attentionKernel(spec, modelShape(model), 2, figures);
  const layers = model.num_hidden_layers;
  return Float64Array.from(
    sets.flatMap(({ batches, attentionNs, otherNs }) => {
      const got = batches.map((batch) =>
        attention(batch.prefillChunk, batch.kvPrefill, batch.nDecode, batch.kvDecodeMean),
      );
      const whole = (i: number, ns: number): number => otherNs[i] + layers * ns;
      return [
        ...logErrors(
          got.length,
          3,
          (i) => whole(i, got[i]),
          (i) => whole(i, attentionNs[i]),
        ),
        ...logErrors(
          got.length,
          0.7,
          (i) => got[i],
          (i) => attentionNs[i],
        ),
      ];
    }),
  );
}

/** Errors of attention points. */
export function attentionErrors(
  spec: GpuSpec,
  points: readonly AttentionPoint[],
  { constants, efficiencies }: Fitted,
): number[] {
  const figures = { constants, efficiencies: efficiencies[spec.hardware] };
  const got = (i: number): number => {
    const { chunk, cached, decodes, context } = points[i];
    return attentionKernel(spec, points[i], 2, figures)(chunk, cached, decodes, context);
  };
  return logErrors(points.length, 1, got, (i) => nsOf(points[i]));
}

const promptFields = ["promptFixedNs", "blockCycles"] as const;
const mixedFields = [...promptFields, "emptyBlockCycles", "rereads", "rereadL2"] as const;
const decodeFields = ["decodeFixedNs", "decodeBlockNs", "coldL2", "coldSpan"] as const;

function fitOnProfile(start: Fitted, profile: MeasuredProfile): Fitted {
  const { spec, model, raw } = profile;
  const all = rawIterations(raw, architectureOf(model), model.num_hidden_layers, mixedEvery);
  const decodes = all.filter(({ phase }) => phase === "decode");
  const prompts = all.filter(({ phase }) => phase !== "decode");
  const prompted = fitAttention(start, spec, mixedFields, true, (fitted) => iterationErrors(profile, fitted, prompts));
  return fitAttention(prompted, spec, decodeFields, false, (fitted) => iterationErrors(profile, fitted, decodes));
}

function fitOnPoints(start: Fitted, spec: GpuSpec, points: readonly AttentionPoint[]): Fitted {
  const errorsOf = (some: readonly AttentionPoint[]) => (fitted: Fitted) =>
    Float64Array.from(attentionErrors(spec, some, fitted));
  const prompts = points.filter(({ chunk }) => chunk > 0);
  const decodes = points.filter(({ chunk }) => chunk === 0);
  const prompted = fitAttention(start, spec, promptFields, true, errorsOf(prompts));
  return fitAttention(prompted, spec, decodeFields, false, errorsOf(decodes));
}

/** Only points that a benchmark with warm buffers measures as a server would. */
export const trustedPoints = ({ spec, points }: MeasuredKernels): KernelPoints =>
  coldPoints(points, spec.l2.value * MIB);

/**
 * Constants of the analytic model, and efficiencies of the GPUs that they were fitted on.
 *
 * @param start where the fit starts, and what it leaves as it is
 * @param profile a GPU that runs FlashAttention 2
 * @param others GPUs of which kernels were measured; attention constants come from those that run FlashAttention 3
 */
export function fitConstants(
  start: AnalyticConstants,
  profile: MeasuredProfile,
  others: readonly MeasuredKernels[],
): Fitted {
  const cold = others.map((other) => ({ spec: other.spec, points: trustedPoints(other) }));
  const guess = { memory: 0.85, compute: 0.85, attention: 0.6 };
  const specs = [profile.spec, ...others.map(({ spec }) => spec)];
  let fitted: Fitted = {
    constants: start,
    efficiencies: Object.fromEntries(specs.map(({ hardware }) => [hardware, guess])),
  };
  fitted = fitProducts(fitted, [
    { spec: profile.spec, points: productPoints(profile.raw, profile.model), weight: 1 },
    ...cold.map(({ spec, points }) => ({ spec, points: points.products, weight: aloneWeight })),
  ]);
  fitted = fitPasses(fitted, profile);
  fitted = fitOnProfile(fitted, profile);
  for (const { spec, points } of cold) {
    if (spec.attention_kernel.value === "FA3") fitted = fitOnPoints(fitted, spec, points.attention);
  }
  return fitted;
}
