/**
 * @module
 * Fits the compact GPU profile to a raw one. Raw profiles are megabytes of noisy samples; the compact one holds what a
 * simulation of whole iterations needs, in <= 24 KB of CSV per (GPU, model, tp).
 */
import { type Architecture, createGpuCosts, type GpuCosts, type LayerName } from "@tandem-sim/hardware";
import {
  type AttentionSamples,
  type GpuProfile,
  type LayerSamples,
  type SkewTable,
  TandemError,
} from "@tandem-sim/schemas";
import { type AttentionWeight, fitMixedAttention, type MixedGrid } from "./attention-fit.js";
import { filterSamples, fullyMeasuredChunks, heldChunks } from "./attention-samples.js";
import { fitPiecewise } from "./piecewise-fit.js";

/** Form of the compact profile. */
export interface FitOptions {
  /** Knots of all layers together, and at least in each. */
  denseKnots: { total: number; least: number };
  perSequenceKnots: { total: number; least: number };
  /** Significant digits: of layer times and decode-only attention, of mixed attention. */
  digits: { layers: number; mixed: number };
  /** Knots wanted for mixed attention; the nearest values measured are taken. */
  mixed: MixedGrid;
}

/**
 * Measured on Llama-3.1-8B on an RTX PRO 6000. Dense knots shared out by their effect on an iteration, against 24 for
 * every layer: a tenth of the error of decode iterations for a tenth more knots. Mixed attention fitted to all samples,
 * against values picked from the table: a bias of 0.1%, not 0.6%, on the mixed iterations of 300 ShareGPT requests.
 */
export const defaultFit: FitOptions = {
  denseKnots: { total: 280, least: 12 },
  perSequenceKnots: { total: 32, least: 8 },
  digits: { layers: 4, mixed: 3 },
  mixed: {
    chunk: [16, 64, 128, 256, 512, 1024, 2048],
    kvPrefill: [0, 512, 2048, 8192, 16384],
    nDecode: [0, 1, 4, 16, 32, 64, 128],
    kvDecode: [16, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384],
  },
};

const rounded = (values: readonly number[], digits: number): number[] =>
  values.map((value) => Number(Math.max(value, 1e-3).toPrecision(digits)));

/** The measured values nearest to the wanted ones by ratio, ascending, each once. */
function nearestMeasured(wanted: readonly number[], measured: Iterable<number>): number[] {
  const candidates = [...measured];
  const distance = (a: number, b: number): number => Math.abs(Math.log((a + 1) / (b + 1)));
  const nearest = wanted.map((want) =>
    candidates.reduce((best, value) => (distance(value, want) < distance(best, want) ? value : best)),
  );
  return [...new Set(nearest)].sort((a, b) => a - b);
}

/** The grid of measured values nearest to the wanted one; of the chunks, those that were measured at short contexts too. */
function measuredGrid(wanted: MixedGrid, samples: AttentionSamples): MixedGrid | undefined {
  const chunks = fullyMeasuredChunks(samples);
  if (chunks.size === 0) return undefined;
  const mixed = filterSamples(samples, (i) => chunks.has(samples.prefillChunk[i]));
  const contexts = new Set(mixed.kvDecode.filter((_, i) => mixed.nDecode[i] > 0));
  return {
    chunk: nearestMeasured(wanted.chunk, chunks),
    kvPrefill: nearestMeasured(wanted.kvPrefill, new Set(mixed.kvPrefill)),
    nDecode: nearestMeasured(wanted.nDecode, new Set(mixed.nDecode)),
    kvDecode: contexts.size > 0 ? nearestMeasured(wanted.kvDecode, contexts) : [],
  };
}

/**
 * Errors count relative to the iteration that they are part of, and more where servers run: prompts mostly start with
 * nothing cached, batches hold many decodes, contexts beyond 8192 are rare.
 */
function mixedWeight(costs: GpuCosts): AttentionWeight {
  return (chunk, kvPrefill, nDecode, kvDecode, timeUs) => {
    const layerUs = (costs.preNs(chunk + nDecode) + costs.postNs(chunk + nDecode)) / 1000 + timeUs;
    return ((kvPrefill === 0 ? 8 : 1) * Math.max(1, nDecode / 8) * (kvDecode > 8192 ? 0.2 : 1)) / (layerUs * layerUs);
  };
}

function fitAttention(raw: GpuProfile, costs: GpuCosts, { digits, mixed }: FitOptions): AttentionSamples {
  const decodeOnly = filterSamples(raw.attention, (i) => raw.attention.prefillChunk[i] === 0);
  const grid = measuredGrid(mixed, raw.attention);
  const rest = grid && fitMixedAttention(raw, grid, mixedWeight(costs));
  const joined = (axis: keyof AttentionSamples): number[] => [...decodeOnly[axis], ...(rest?.[axis] ?? [])];
  return {
    prefillChunk: joined("prefillChunk"),
    kvPrefill: joined("kvPrefill"),
    nDecode: joined("nDecode"),
    kvDecode: joined("kvDecode"),
    timeUs: [...rounded(decodeOnly.timeUs, digits.layers), ...rounded(rest?.timeUs ?? [], digits.mixed)],
  };
}

/** Iterations of decodes alone, as many as there are sequences at most, are by far the most frequent. */
const decodeWeight = 4;

/**
 * Small batches are what lightly loaded servers and examples run, one like the other for seconds: a bias of 0.05% there
 * moves step boundaries past arrivals, and with them TTFT by percents. So their sizes are kept almost one by one.
 */
const smallBatch = { size: 16, weight: 200 };

const sizeWeight = (size: number, decodes: number): number => {
  if (size <= smallBatch.size) return smallBatch.weight;
  return size <= decodes ? decodeWeight : 1;
};

/** Fits layer times; `timesRun` is how often an iteration runs a layer, `iterationNs` its dense time at a size. */
function fitLayers(
  layers: Record<string, LayerSamples>,
  knots: { total: number; least: number },
  digits: number,
  timesRun: (layer: string) => number,
  iterationNs: (size: number) => number,
  decodes: number,
): Record<string, LayerSamples> {
  const curves = Object.entries(layers).map(([layer, samples]) => {
    const weights = samples.sizes.map((size) => sizeWeight(size, decodes) * (timesRun(layer) / iterationNs(size)) ** 2);
    return [layer, { samples, weights }] as const;
  });
  const fits = fitPiecewise(Object.fromEntries(curves), knots.total, knots.least);
  return Object.fromEntries(
    Object.entries(fits).map(([layer, { sizes, timeUs }]) => [layer, { sizes, timeUs: rounded(timeUs, digits) }]),
  );
}

/** The decode-only buckets. A mixed batch takes the default, as it does in the raw profile off the profiled chunks. */
function fitSkew({ alphaDefault, axes, alpha }: SkewTable): SkewTable {
  return { alphaDefault, axes, alpha: new Map([...alpha].filter(([bucket]) => bucket.startsWith("0|"))) };
}

/**
 * The compact profile of a raw one.
 *
 * @param layers decoder layers of the model: what weight an error has depends on how often it repeats
 * @throws {TandemError} E_UNSUPPORTED if `raw` is compact already
 */
export function fitProfile(
  raw: GpuProfile,
  architecture: Architecture,
  layers: number,
  options: FitOptions = defaultFit,
): GpuProfile {
  if (raw.form !== "raw")
    throw new TandemError("E_UNSUPPORTED", "this profile is compact already; a fit starts from a raw bundle");
  const costs = createGpuCosts(raw, architecture);
  const { pre, post } = architecture;
  const perLayer = [...pre, ...post];
  const timesRun = (layer: string): number => layers * perLayer.filter((name) => name === layer).length || 1;
  const iterationNs = (tokens: number): number =>
    costs.prologueNs(tokens) +
    layers * (costs.preNs(tokens) + costs.postNs(tokens)) +
    costs.headNs(tokens, Math.min(tokens, costs.range.sequences));
  const inArchitecture = (
    tables: Record<string, LayerSamples>,
    names: readonly LayerName[],
  ): Record<string, LayerSamples> => Object.fromEntries([...new Set(names)].map((name) => [name, tables[name]]));
  const { digits } = options;
  return {
    ...raw,
    form: "compact",
    dense: fitLayers(
      inArchitecture(raw.dense, [...architecture.prologue, ...perLayer, ...architecture.head.dense]),
      options.denseKnots,
      digits.layers,
      timesRun,
      iterationNs,
      costs.range.sequences,
    ),
    perSequence: fitLayers(
      inArchitecture(raw.perSequence, architecture.head.perSequence),
      options.perSequenceKnots,
      digits.layers,
      timesRun,
      iterationNs,
      costs.range.sequences,
    ),
    attention: fitAttention(raw, costs, options),
    heldChunks: heldChunks(raw.attention),
    skew: fitSkew(raw.skew),
  };
}
