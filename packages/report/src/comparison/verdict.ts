/**
 * @module
 * What a comparison comes to, in words: computed from the runs alone, so that it cannot say other than their table.
 */
import type { Summary } from "@tandem-sim/schemas";
import { percent } from "../number-format.js";
import { type ModeOutcome, servedModes } from "./mode-outcome.js";

/** Figures that modes are held against each other by; less is better. */
const measures = {
  makespan: { name: "makespan", of: (s: Summary) => s.makespan_ns },
  ttft: { name: "mean TTFT", of: (s: Summary) => s.ttft_ms.mean },
  tpot: { name: "mean TPOT", of: (s: Summary) => s.tpot_ms.mean },
  energy: { name: "energy per token", of: (s: Summary) => s.energy?.j_per_token ?? 0 },
} as const;
export type Measure = keyof typeof measures;
const measureNames = Object.keys(measures) as Measure[];

/** Figures as close as this count as equal: tables show two decimals. */
const SAME = 0.005;

/** What a mode spent most of its makespan on. */
export interface Bound {
  what: "GPU" | "PIM" | "link" | "no work";
  /** Of the makespan. */
  share: number;
}

export interface Verdict {
  /** What ratios refer to: the first mode that served the load. */
  baseline: string;
  /** By measure: the best mode, those as good as it, and how its figure stands to the baseline's. */
  best: Partial<Record<Measure, { modes: string[]; ratio: number }>>;
  bounds: Record<string, Bound>;
  sentences: string[];
}

function boundOf({ gpu_busy, idle: { gpu } }: Summary): Bound {
  const bounds: Bound[] = [
    { what: "GPU", share: gpu_busy },
    { what: "PIM", share: gpu.waiting_for_pim },
    { what: "link", share: gpu.waiting_for_link },
    { what: "no work", share: gpu.no_work },
  ];
  return bounds.reduce((most, next) => (next.share > most.share ? next : most));
}

/** Best modes by one measure; none where nobody has a figure. */
function bestBy(measure: Measure, served: ReadonlyMap<string, Summary>, baseline: Summary) {
  const figures = [...served].map(([mode, summary]) => ({ mode, figure: measures[measure].of(summary) }));
  const least = figures.reduce((min, { figure }) => Math.min(min, figure), Number.POSITIVE_INFINITY);
  const reference = measures[measure].of(baseline);
  if (!(least > 0 && reference > 0)) return null;
  const modes = figures.filter(({ figure }) => figure <= least * (1 + SAME)).map(({ mode }) => mode);
  return { modes, ratio: least / reference };
}

const times = (ratio: number): string => `${ratio.toFixed(2)}x`;
const list = (words: readonly string[], last = "and"): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;

/** Which mode is best, by how much: one that is among the best by every measure, or the best by each. */
function bestSentence(best: Verdict["best"], baseline: string): string {
  const told = measureNames.flatMap((measure) => {
    const found = best[measure];
    return found ? [{ ...found, name: measures[measure].name }] : [];
  });
  if (told.length === 0) return "Nothing was served.";
  const everywhere = (told[0]?.modes ?? []).filter((mode) => told.every(({ modes }) => modes.includes(mode)));
  if (everywhere.includes(baseline)) {
    const equal = everywhere.filter((mode) => mode !== baseline);
    return equal.length > 0
      ? `${baseline} is best by every measure here, and ${list(equal)} as good as it.`
      : `${baseline} is best here: no other mode is better by any measure.`;
  }
  const figures = (parts: typeof told): string => list(parts.map(({ name, ratio }) => `${name} ${times(ratio)}`));
  if (everywhere.length > 0) return `${list(everywhere, "or")} is best here: ${figures(told)} of ${baseline}.`;
  const groups = new Map<string, typeof told>();
  for (const one of told) {
    const modes = list(one.modes, "or");
    groups.set(modes, [...(groups.get(modes) ?? []), one]);
  }
  const by = [...groups].map(([modes, parts]) =>
    modes === baseline
      ? `${modes} by ${list(parts.map(({ name }) => name))}`
      : `${modes} by ${figures(parts)} of ${baseline}`,
  );
  return `No mode is best by every measure: ${by.join("; ")}.`;
}

/** What the GPU did for most of the time in each offloaded mode, from the schedule. */
function boundSentence(bounds: Record<string, Bound>, baseline: string): string[] {
  const text = ({ what, share }: Bound): string =>
    what === "GPU"
      ? `computes ${percent(share)}`
      : what === "no work"
        ? `has no work ${percent(share)}`
        : `waits for ${what === "PIM" ? "PIM" : "the link"} ${percent(share)}`;
  const others = Object.entries(bounds).filter(([mode]) => mode !== baseline);
  if (others.length === 0) return [];
  return [`Most of the time the GPU ${list(others.map(([mode, bound]) => `${text(bound)} (${mode})`))}.`];
}

function autoSentence(best: Verdict["best"], served: ReadonlyMap<string, Summary>): string[] {
  const winners = best.makespan?.modes;
  if (!winners || !served.has("auto") || !served.has("gpu-only")) return [];
  if (winners.length === 1 && winners[0] === "gpu-only")
    return [
      "auto chooses among offloaded schedules only, since KV lives on PIM for the whole run: here, leave offload off.",
    ];
  return [];
}

/**
 * The verdict on modes that served one load.
 *
 * @example
 * verdictOn(outcomes).sentences[0]; // "interleave or auto is best here: makespan 0.76x, ..."
 */
export function verdictOn(outcomes: ReadonlyMap<string, ModeOutcome>): Verdict | null {
  const served = new Map([...servedModes(outcomes)].map(([mode, { summary }]) => [mode, summary]));
  const [first] = served;
  if (!first) return null;
  const [baseline, reference] = first;
  const best: Verdict["best"] = {};
  for (const measure of measureNames) {
    const found = bestBy(measure, served, reference);
    if (found) best[measure] = found;
  }
  const bounds = Object.fromEntries([...served].map(([mode, summary]) => [mode, boundOf(summary)]));
  const sentences = [bestSentence(best, baseline), ...boundSentence(bounds, baseline), ...autoSentence(best, served)];
  return { baseline, best, bounds, sentences };
}
