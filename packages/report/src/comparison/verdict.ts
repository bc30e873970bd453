/**
 * @module
 * What a comparison comes to, in words: computed from the runs alone, so that it cannot say other than their tables.
 */
import {
  bestModes,
  bestOffloaded,
  boundOf,
  competitor,
  type ModeOutcome,
  measures,
  ratioBy,
  servedModes,
  uncertaintyOf,
  undecided,
  unfitModes,
} from "@tandem-sim/comparison";
import type { Bound, Flip, Measure, Summary, Verdict, WhatIf } from "@tandem-sim/schemas";
import { percent, wordList } from "../number-format.js";
import { heldText } from "./held-text.js";

const names: Record<Measure, string> = {
  makespan: "makespan",
  ttft: "mean TTFT",
  tpot: "mean TPOT",
  energy: "energy per token",
};

const times = (ratio: number): string => `${ratio.toFixed(2)}x`;

interface Told {
  name: string;
  modes: string[];
  ratio: number;
}

const figures = (parts: readonly Told[]): string => wordList(parts.map(({ name, ratio }) => `${name} ${times(ratio)}`));

/** Which mode is best, by how much: one that is among the best by every measure, or the best by each. */
function bestSentence(best: Verdict["best"], baseline: string): string {
  const told = measures.flatMap((measure) => {
    const found = best[measure];
    return found ? [{ ...found, name: names[measure] }] : [];
  });
  if (told.length === 0) return "Nothing was served.";
  const everywhere = (told[0]?.modes ?? []).filter((mode) => told.every(({ modes }) => modes.includes(mode)));
  if (everywhere.includes(baseline)) {
    const equal = everywhere.filter((mode) => mode !== baseline);
    return equal.length > 0
      ? `${baseline} is best by every measure here, and ${wordList(equal)} as good as it`
      : `${baseline} is best here: no other mode is better by any measure`;
  }
  if (everywhere.length > 0) return `${wordList(everywhere, "or")} is best here: ${figures(told)} of ${baseline}`;
  return `No mode is best by every measure: ${byMeasure(told, baseline)}`;
}

/** Measures that the same modes are best by are told together. */
function byMeasure(told: readonly Told[], baseline: string): string {
  const groups = new Map<string, Told[]>();
  for (const one of told) {
    const modes = wordList(one.modes, "or");
    groups.set(modes, [...(groups.get(modes) ?? []), one]);
  }
  return [...groups]
    .map(([modes, parts]) =>
      modes === baseline
        ? `${modes} by ${wordList(parts.map(({ name }) => name))}`
        : `${modes} by ${figures(parts)} of ${baseline}`,
    )
    .join("; ");
}

/** Why `auto` does not take GPU-only where that is the fastest, and what to do where it is best by every measure. */
function autoRemark(best: Verdict["best"], modes: readonly string[]): string {
  const alone = (measure: Measure): boolean => best[measure]?.modes.join() === "gpu-only";
  if (!modes.includes("auto") || !alone("makespan")) return "";
  const advice = Object.values(best).every((found) => found?.modes.includes("gpu-only"))
    ? ": here, leave offload off"
    : "";
  return ` (auto chooses among offloaded schedules only, since KV lives on PIM for the whole run${advice})`;
}

/** What bounds a mode, behind its name. */
function boundText(bound: Bound): string {
  const { what, share, weights_read_twice: twice } = bound;
  const asides = [
    ...(what === "GPU" && twice >= WORTH_TELLING ? [`${percent(twice)} on reading weights a second time`] : []),
    ...(bound.held_by ? [`requests wait for ${heldText(bound, "")}`] : []),
  ];
  return `${bounding[what]} ${percent(share)}${asides.length > 0 ? ` (${asides.join("; ")})` : ""}`;
}

const bounding: Record<Bound["what"], string> = {
  GPU: "the GPU works",
  PIM: "the GPU waits for PIM",
  link: "the GPU waits for the link",
  "other GPUs": "GPUs wait for each other",
  "no work": "nobody asks for anything",
};

/** Shares below this are left out of sentences. */
const WORTH_TELLING = 0.05;

/** Modes that the same holds for are told together. */
function boundSentence(bounds: Verdict["bounds"]): string {
  const modes = new Map<string, string[]>();
  for (const [mode, bound] of Object.entries(bounds)) {
    const text = boundText(bound);
    modes.set(text, [...(modes.get(text) ?? []), mode]);
  }
  return `What fills most of the makespan: ${[...modes].map(([text, names]) => `in ${wordList(names)} ${text}`).join(", ")}.`;
}

/** PIM against what needs none. */
function competitorSentence(served: ReadonlyMap<string, Summary>): string[] {
  const without = served.get(competitor);
  const offloaded = bestOffloaded(served);
  if (!without || !offloaded) return [];
  const [mode, summary] = offloaded;
  const told = measures.flatMap((measure) => {
    const ratio = ratioBy(measure, summary, without);
    return Number.isFinite(ratio) ? [{ name: names[measure], ratio, modes: [] }] : [];
  });
  return [`Against ${competitor}, which needs no PIM, ${mode} comes to ${figures(told)}.`];
}

/** Where the runs are too close for what is known of the GPU. */
const undecidedSentence = (open: readonly Measure[], uncertainty: number): string[] =>
  open.length === 0
    ? []
    : [
        `Whether to offload is undecided by ${wordList(open.map((measure) => names[measure]))}: the best offloaded mode and gpu-only differ by less than the ${percent(uncertainty, 1)} that GPU times of this kind are typically off.`,
      ];

/** A value of an axis, in words. */
const valueOn: Record<Flip["axis"], (probe: Flip["same"]) => string> = {
  mem_size: ({ value, gemv_gbps }) => `${Number(value.toPrecision(6))} GiB of PIM (${gemv_gbps.toFixed(0)} GB/s of KV)`,
  max_num_seqs: ({ value }) => `${value} requests at a time`,
};

/** Where the answer is the other one along an axis; nothing where no other value was tried. */
function flipText({ axis, here, same, flipped }: Flip): string[] {
  const ahead = here.ratio < 1;
  const at = valueOn[axis];
  if (flipped) return [ahead ? `stays ahead down to ${at(same)}` : `gets ahead from ${at(flipped)}`];
  if (same.value === here.value) return [];
  return [`stays ${ahead ? "ahead" : "behind"} even with ${at(same)}: ${times(same.ratio)}`];
}

function flipSentence(flips: readonly Flip[]): string[] {
  const told = flips.flatMap(flipText);
  const [first] = flips;
  if (!first || told.length === 0) return [];
  const { measure, here } = first;
  return [`By ${names[measure]}, auto (${times(here.ratio)} of gpu-only) ${wordList(told)}.`];
}

/**
 * The verdict on modes that served one load; null where none did.
 *
 * @param whatIf what running again has shown; null where nothing was run again
 * @example
 * verdictOn(outcomes).sentences[0]; // "interleave or auto is best here: makespan 0.76x, ..."
 */
export function verdictOn(outcomes: ReadonlyMap<string, ModeOutcome>, whatIf: WhatIf | null = null): Verdict | null {
  const served = new Map([...servedModes(outcomes)].map(([mode, { summary }]) => [mode, summary]));
  const [first] = served;
  if (!first) return null;
  const [baseline, reference] = first;
  const best = bestModes(served, reference);
  const bounds = Object.fromEntries([...served].map(([mode, summary]) => [mode, boundOf(summary)]));
  const [open, uncertainty] = [undecided(served), uncertaintyOf(served)];
  const sentences = [
    `${bestSentence(best, baseline)}${autoRemark(best, [...served.keys()])}.`,
    boundSentence(bounds),
    ...competitorSentence(served),
    ...flipSentence(whatIf?.flips ?? []),
    ...undecidedSentence(open, uncertainty),
  ];
  return { baseline, best, bounds, uncertainty, undecided: open, what_if: whatIf, sentences };
}

/** How a mode stands to the baseline by every measure. */
export function standing(mode: string, outcomes: ReadonlyMap<string, ModeOutcome>): string[] {
  const served = servedModes(outcomes);
  const [first] = served;
  const own = served.get(mode);
  if (!first || !own || first[0] === mode) return [];
  const [baseline, { summary }] = first;
  const told = measures.flatMap((measure) => {
    const ratio = ratioBy(measure, own.summary, summary);
    return Number.isFinite(ratio) ? [`${names[measure]} ${times(ratio)}`] : [];
  });
  return told.length > 0 ? [`This run (${mode}): ${wordList(told)} of ${baseline}.`] : [];
}

/** How a GPU with two attention kernels, which needs no PIM for that, would stand; nothing where that changes nothing. */
export function kernelNote({ composition }: WhatIf): string[] {
  const kernels = composition?.steps.find(({ cause }) => cause === "two attention kernels");
  if (!composition || !kernels) return [];
  const { from, to, steps } = composition;
  const told = (["makespan_ns", "ttft_ms", "tpot_ms"] as const).flatMap((key) => {
    const apart = from[key] + kernels[key];
    const end = steps.reduce((sum, step) => sum + step[key], from[key]);
    return from[key] > 0 ? [{ name: figureNames[key], alone: times(apart / from[key]), rest: times(end / apart) }] : [];
  });
  if (told.every(({ alone }) => alone === "1.00x")) return [];
  const alone = wordList(told.map((one) => `${one.name} ${one.alone}`));
  const rest = wordList(told.map((one) => one.rest));
  return [
    `A GPU with separate kernels for prefill and decode attention would come to ${alone} of this one's without PIM; ${to} is ${rest} of that.`,
  ];
}

const figureNames = { makespan_ns: names.makespan, ttft_ms: names.ttft, tpot_ms: names.tpot } as const;

/** A sentence for each mode that does not serve the load. */
export const unfitNotes = (outcomes: ReadonlyMap<string, ModeOutcome>): string[] =>
  [...unfitModes(outcomes)].map(([mode, reason]) => `${mode} does not fit: ${reason}`);
