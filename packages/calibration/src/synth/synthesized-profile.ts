/**
 * @module
 * The analytic GPU model as the tables that a profiler would have measured, at the points of a grid.
 */
import {
  type Architecture,
  analyticConstants,
  architectureOf,
  createAnalyticCosts,
  type GpuCosts,
  type LayerName,
  rankModel,
} from "@tandem-sim/hardware";
import {
  type AttentionSamples,
  type Dtype,
  dtypeBytes,
  dtypeVariant,
  type GpuProfile,
  type GpuSpec,
  type LayerSamples,
  type ModelConfig,
  modelDtype,
  noSkew,
  tierOf,
  variantWithFp8Kv,
} from "@tandem-sim/schemas";
import { defaultGrid, type ProfileGrid } from "./profile-grid.js";

export interface SynthOptions {
  /** The model's own where left out. */
  dtype?: Dtype | undefined;
  kvCacheDtype?: GpuProfile["kvCacheDtype"] | undefined;
  /** GPUs that share each layer. */
  tp?: number | undefined;
  grid?: ProfileGrid | undefined;
}

/** Whole ns, which are what readers round to. */
const us = (ns: number): number => ns / 1000;

function layerTable(costs: GpuCosts, layers: readonly LayerName[], sizes: readonly number[]) {
  const samplesOf = (layer: LayerName): LayerSamples => ({
    sizes: [...sizes],
    timeUs: sizes.map((size) => us(costs.layerNs(layer, size))),
  });
  return Object.fromEntries([...new Set(layers)].sort().map((layer) => [layer, samplesOf(layer)]));
}

const attentionTable = (costs: GpuCosts, { attention }: ProfileGrid): AttentionSamples => ({
  prefillChunk: attention.map(({ chunk }) => chunk),
  kvPrefill: attention.map(({ cached }) => cached),
  nDecode: attention.map(({ decodes }) => decodes),
  kvDecode: attention.map(({ context }) => context),
  timeUs: attention.map(({ chunk, cached, decodes, context }) =>
    us(costs.attentionNs(chunk, cached, decodes, context, context, context)),
  ),
});

const byTokens = ({ prologue, pre, post, head }: Architecture): LayerName[] => [
  ...prologue,
  ...pre,
  ...post,
  ...head.dense,
];

/** What the times of a spec sheet rest on, in words. */
function synthSource({ gpu, calibration, ...spec }: GpuSpec): string {
  const tier = tierOf({ gpu, calibration, ...spec });
  const fitted = calibration ? `${tier}: ${calibration.source}` : "with the defaults of its memory family";
  return `computed by \`tandem profile synth\` from the spec sheet of ${gpu}, ${fitted}`;
}

/**
 * A raw profile of a model on a GPU that nobody has measured.
 *
 * @param name of the model
 * @throws {TandemError} E_UNSUPPORTED for architectures and dtypes that are not known, E_USAGE where `tp` does not divide
 * @example
 * const profile = synthesizeProfile(spec, model, "mine", { tp: 2 });
 */
export function synthesizeProfile(
  spec: GpuSpec,
  model: ModelConfig,
  name: string,
  { dtype = modelDtype(model), kvCacheDtype = "auto", tp = 1, grid = defaultGrid }: SynthOptions = {},
): GpuProfile {
  const architecture = architectureOf(model);
  const fp8Kv = kvCacheDtype === "fp8";
  const kvElementBytes = dtypeBytes[fp8Kv ? "fp8" : dtype];
  const costs = createAnalyticCosts(spec, rankModel(model, tp), { dtype, kvElementBytes });
  const variant = dtypeVariant[dtype];
  return {
    hardware: spec.hardware,
    model: name,
    variant: fp8Kv ? variantWithFp8Kv(variant) : variant,
    tp,
    kvCacheDtype,
    form: "raw",
    dense: layerTable(costs, byTokens(architecture), grid.tokens),
    perSequence: layerTable(costs, architecture.head.perSequence, grid.sequences),
    attention: attentionTable(costs, grid),
    heldChunks: [],
    skew: { ...noSkew, alphaDefault: analyticConstants.unevenness },
    source: synthSource(spec),
    computed: tierOf(spec),
  };
}
