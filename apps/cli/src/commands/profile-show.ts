/**
 * @module
 * `tandem profile show`: what a GPU can do with a model, from a profile or from its spec sheet.
 */
import {
  architectureNamed,
  batchAttentionNs,
  createAnalyticCosts,
  createGpuCosts,
  type GpuBatch,
  type GpuCosts,
  iterationNs,
  rankModel,
} from "@tandem-sim/hardware";
import { compact, ms, percent } from "@tandem-sim/report";
import { plainTable } from "@tandem-sim/report/terminal";
import {
  deviceName,
  dtypeVariant,
  type ModelConfig,
  modelDtype,
  placed,
  type SpecSheet,
  TandemError,
  tierOf,
} from "@tandem-sim/schemas";
import {
  findGpuSpecFile,
  findModelFile,
  isPath,
  readGpuProfile,
  readModelConfig,
  readProfileMeta,
  readSpecSheet,
} from "@tandem-sim/schemas/node";
import pc from "picocolors";
import { ifFound } from "../if-found.js";
import { json, result } from "../terminal.js";
import { layersOfModel } from "./model-layers.js";
import { DEFAULT_VARIANT, firstDegree, profileFolder } from "./profile-folder.js";

/** Parsed flags. */
export interface ShowFlags {
  context: number[];
  model?: string;
  tp?: number;
  json?: true;
}

const shownDecodes = [1, 8, 32, 64, 128, 256];
const PREFILL_TOKENS = 2048;

/** What is shown, wherever its times come from. */
interface Subject {
  hardware: string;
  gpu: string | null | undefined;
  model: string;
  variant: string;
  tp: number;
  form: string;
  layers: number;
  source: string;
  /** Whether somebody measured the tables, if there are any. */
  measured: boolean;
  costs: GpuCosts;
  /** The same from the GPU's spec sheet, where both exist. */
  computed: GpuCosts | null;
}

const DEFAULT_MODEL = "meta-llama/Llama-3.1-8B";

/** Times of a model on a GPU, from its spec sheet. */
function computedCosts(spec: SpecSheet, model: ModelConfig, tp: number): GpuCosts {
  return createAnalyticCosts(spec, rankModel(model, tp, "--tp"));
}

/** The spec sheet of a GPU and the config of a model, where both are at hand. */
const specSheetOf = (hardware: string, model: string, tp: number): GpuCosts | null =>
  ifFound(() => computedCosts(readSpecSheet(findGpuSpecFile(hardware)), readModelConfig(findModelFile(model)), tp));

function profiled(name: string, flags: ShowFlags): Subject {
  if (flags.model !== undefined)
    throw new TandemError("E_USAGE", "a profile is of one model", { where: "--model", hint: "leave it out" });
  const dir = profileFolder(name);
  const { meta } = readProfileMeta(dir);
  const profile = readGpuProfile(dir, flags.tp ?? firstDegree(dir));
  const { hardware, model, variant, tp, form, source } = profile;
  const costs = placed(dir, () => createGpuCosts(profile, architectureNamed(meta.architecture)));
  // A synthesized profile is a spec sheet's already.
  const measured = profile.computed === undefined;
  const computed = measured && variant === DEFAULT_VARIANT ? specSheetOf(hardware, model, tp) : null;
  return {
    hardware,
    gpu: meta.gpu,
    model,
    variant,
    tp,
    form,
    source,
    layers: layersOfModel(meta.model),
    measured,
    costs,
    computed,
  };
}

function fromSpecSheet(name: string, { model = DEFAULT_MODEL, tp = 1 }: ShowFlags): Subject {
  const spec = readSpecSheet(findGpuSpecFile(name));
  const config = readModelConfig(findModelFile(model));
  return {
    hardware: spec.hardware,
    gpu: deviceName(spec),
    model,
    variant: dtypeVariant[modelDtype(config)],
    tp,
    form: tierOf(spec),
    source: "computed from the spec sheet, docs/gpu-model.md",
    layers: config.num_hidden_layers,
    measured: false,
    costs: placed(model, () => computedCosts(spec, config, tp)),
    computed: null,
  };
}

/** A name without a slash is a spec sheet's, and so is a JSON file. */
const isSpecSheet = (name: string): boolean => /\.json$/i.test(name) || (!isPath(name) && !/[\\/]/.test(name));

const evenDecodes = (nDecode: number, context: number): GpuBatch => ({
  prefillChunk: 0,
  kvPrefill: 0,
  prefills: 0,
  nDecode,
  kvDecodeMean: context,
  kvDecodeMax: context,
  kvDecodeMin: context,
});

const prefill = (prefillChunk: number): GpuBatch => ({ ...evenDecodes(0, 0), prefillChunk, prefills: 1 });

/** One batch's iteration. */
interface IterationFacts {
  iteration_ns: number;
  tokens_per_s: number;
  /** Share of attention in the iteration; the rest is dense. */
  attention_share: number;
}

function factsOf(costs: GpuCosts, layers: number, batch: GpuBatch): IterationFacts {
  const ns = iterationNs(costs, layers, batch);
  const attentionNs = layers * batchAttentionNs(costs, batch);
  const tokens = batch.prefillChunk + batch.nDecode;
  return { iteration_ns: ns, tokens_per_s: (tokens * 1e9) / ns, attention_share: attentionNs / ns };
}

function rangeText({ measured, costs }: Subject): string {
  const { tokens, sequences, prefillChunk, kvPrefill, nDecode, nDecodeMixed, kvDecode } = costs.range;
  if (!Number.isFinite(tokens)) return "Formulas hold for any size.";
  return (
    `${measured ? "Measured" : "Computed"} up to ${tokens} tokens, ${sequences} sequences, ` +
    `prefill chunk ${prefillChunk} over ${kvPrefill} cached tokens, ` +
    `${nDecode} decodes (${nDecodeMixed} beside a prefill) at ${kvDecode} tokens of context; beyond, extrapolated.`
  );
}

/** Batches that are shown: decodes at contexts, and a prompt. */
const shownBatches = (decodes: readonly number[], contexts: readonly number[]): GpuBatch[] => [
  ...decodes.flatMap((n) => contexts.map((context) => evenDecodes(n, context))),
  prefill(PREFILL_TOKENS),
];

/** How far the spec sheet's times are from the profile's on the shown batches. */
function computedText({ costs, computed, layers }: Subject, batches: readonly GpuBatch[]): string[] {
  if (!computed) return [];
  const off = batches.map((batch) => iterationNs(computed, layers, batch) / iterationNs(costs, layers, batch) - 1);
  const signed = (share: number): string => `${share > 0 ? "+" : ""}${percent(share, 1)}`;
  const [least, most] = [Math.min(...off), Math.max(...off)].map(signed);
  return [`Computed from its spec sheet, these iterations take ${least} to ${most}.`];
}

/** Prints what a GPU can do with a model. */
export function showProfile(name: string, flags: ShowFlags): void {
  const subject = isSpecSheet(name) ? fromSpecSheet(name, flags) : profiled(name, flags);
  const { costs, layers, hardware, gpu, model, variant, tp, form, source } = subject;
  const facts = (batch: GpuBatch): IterationFacts => factsOf(costs, layers, batch);
  const decodes = shownDecodes.filter((n) => n <= costs.range.nDecode);
  const contexts = flags.context;
  const prompt = { tokens: PREFILL_TOKENS, ...facts(prefill(PREFILL_TOKENS)) };
  const computedNs = (batch: GpuBatch) =>
    subject.computed ? { computed_ns: iterationNs(subject.computed, layers, batch) } : {};
  if (flags.json) {
    json({
      hardware,
      gpu: gpu ?? null,
      model,
      variant,
      tp,
      form,
      layers,
      source,
      range: Number.isFinite(costs.range.tokens) ? costs.range : null,
      prefill: { ...prompt, ...computedNs(prefill(PREFILL_TOKENS)) },
      decode: decodes.flatMap((n) =>
        contexts.map((context) => {
          const batch = evenDecodes(n, context);
          return { decodes: n, context, ...facts(batch), ...computedNs(batch) };
        }),
      ),
    });
    return;
  }
  const cell = (n: number, context: number): string => {
    const { iteration_ns, attention_share } = facts(evenDecodes(n, context));
    return `${ms(iteration_ns / 1e6)} (${percent(attention_share)})`;
  };
  const largest = decodes.at(-1) ?? 1;
  const longest = contexts.at(-1) ?? 1;
  const peak = Math.max(...contexts.map((context) => facts(evenDecodes(largest, context)).tokens_per_s));
  result(
    [
      pc.bold(`${gpu ?? hardware}: ${model}, ${variant}, tp ${tp}, ${layers} layers`),
      "",
      plainTable([
        ["decode iteration, ms", ...contexts.map((context) => `context ${context}`)],
        ...decodes.map((n) => [`${n} request${n === 1 ? "" : "s"}`, ...contexts.map((context) => cell(n, context))]),
      ]),
      `In brackets: attention's share; the rest is dense layers. At most ${compact(peak)} tok/s (${largest} decodes), ` +
        `${compact(facts(evenDecodes(largest, longest)).tokens_per_s)} tok/s at context ${longest}.`,
      "",
      `Prefill: ${compact(prompt.tokens_per_s)} tok/s in chunks of ${prompt.tokens} ` +
        `(${ms(prompt.iteration_ns / 1e6)} ms, attention ${percent(prompt.attention_share)}).`,
      ...(tp > 1 ? ["All-reduces between the GPUs are not in these times."] : []),
      ...computedText(subject, shownBatches(decodes, contexts)),
      rangeText(subject),
      `Source: ${source} (${form}).`,
    ].join("\n"),
  );
}
