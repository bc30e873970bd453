/**
 * @module
 * `tandem profile show`: what a GPU can do with a model, from its profile.
 */
import {
  architectureNamed,
  batchAttentionNs,
  createGpuCosts,
  type GpuBatch,
  type GpuCosts,
  iterationNs,
  type ProfileRange,
} from "@tandem-sim/hardware";
import { compact, ms, percent } from "@tandem-sim/report";
import { plainTable } from "@tandem-sim/report/terminal";
import { readGpuProfile, readProfileMeta } from "@tandem-sim/schemas/node";
import pc from "picocolors";
import { json, result } from "../terminal.js";
import { layersOfModel } from "./model-layers.js";
import { firstDegree, profileFolder } from "./profile-folder.js";

interface ShowFlags {
  context: number[];
  tp?: number;
  json?: true;
}

const shownDecodes = [1, 8, 32, 64, 128, 256];
const PREFILL_TOKENS = 2048;

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

const rangeText = ({
  tokens,
  sequences,
  prefillChunk,
  kvPrefill,
  nDecode,
  nDecodeMixed,
  kvDecode,
}: ProfileRange): string =>
  `${tokens} tokens, ${sequences} sequences, prefill chunk ${prefillChunk} over ${kvPrefill} cached tokens, ` +
  `${nDecode} decodes (${nDecodeMixed} beside a prefill) at ${kvDecode} tokens of context`;

/** Prints what the profile says. */
export function showProfile(name: string, flags: ShowFlags): void {
  const dir = profileFolder(name);
  const { meta } = readProfileMeta(dir);
  const profile = readGpuProfile(dir, flags.tp ?? firstDegree(dir));
  const layers = layersOfModel(meta.model);
  const costs = createGpuCosts(profile, architectureNamed(meta.architecture, dir));
  const facts = (batch: GpuBatch): IterationFacts => factsOf(costs, layers, batch);
  const decodes = shownDecodes.filter((n) => n <= costs.range.nDecode);
  const contexts = flags.context;
  const prompt = { tokens: PREFILL_TOKENS, ...facts(prefill(PREFILL_TOKENS)) };

  if (flags.json) {
    json({
      hardware: profile.hardware,
      gpu: meta.gpu ?? null,
      model: profile.model,
      variant: profile.variant,
      tp: profile.tp,
      form: profile.form,
      layers,
      source: profile.source,
      computed: profile.computed ?? null,
      range: costs.range,
      prefill: prompt,
      decode: decodes.flatMap((n) =>
        contexts.map((context) => ({ decodes: n, context, ...facts(evenDecodes(n, context)) })),
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
      pc.bold(
        `${meta.gpu ?? profile.hardware}: ${profile.model}, ${profile.variant}, tp ${profile.tp}, ${layers} layers`,
      ),
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
      `${profile.computed ? "Computed" : "Measured"} up to ${rangeText(costs.range)}; beyond, extrapolated.`,
      `Source: ${profile.source} (${profile.form}).`,
    ].join("\n"),
  );
}
