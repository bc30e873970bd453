/**
 * @module
 * Modes side by side, a row each: how fast they served the load, and what the devices did meanwhile.
 */
import { bestModes, boundOf, type ModeOutcome, servedModes } from "@tandem-sim/comparison";
import type { Measure, Summary, Verdict } from "@tandem-sim/schemas";
import { compact, ms, percent } from "../number-format.js";
import { heldText } from "./held-text.js";

/** A column of a table: what it says of one mode. */
interface Column {
  title: string;
  text: (summary: Summary, baseline: Summary) => string;
  /** Marks the mode that is best by it. */
  measure?: Measure;
  /** Where it says something; left out: everywhere. */
  when?: (served: readonly Summary[]) => boolean;
}

const ratio = (value: number, baseline: number): string => (baseline > 0 ? `${(value / baseline).toFixed(2)}x` : "-");
const share = (value: number | null): string => (value === null ? "-" : percent(value));

const figures: readonly Column[] = [
  { title: "makespan s", text: (s) => (s.makespan_ns / 1e9).toFixed(2) },
  { title: "", text: (s, base) => ratio(s.makespan_ns, base.makespan_ns), measure: "makespan" },
  { title: "TTFT ms", text: (s) => ms(s.ttft_ms.mean) },
  { title: "", text: (s, base) => ratio(s.ttft_ms.mean, base.ttft_ms.mean), measure: "ttft" },
  { title: "TPOT ms", text: (s) => ms(s.tpot_ms.mean) },
  { title: "", text: (s, base) => ratio(s.tpot_ms.mean, base.tpot_ms.mean), measure: "tpot" },
  { title: "J/token", text: (s) => (s.energy ? s.energy.j_per_token.toFixed(3) : "-") },
  {
    title: "",
    text: (s, base) => (s.energy && base.energy ? ratio(s.energy.j_per_token, base.energy.j_per_token) : "-"),
    measure: "energy",
  },
  { title: "decode tok/s", text: (s) => compact(s.throughput.decode_tok_s) },
  {
    title: "goodput req/s",
    text: (s) => s.goodput?.requests_s.toFixed(2) ?? "-",
    when: (served) => served.some(({ goodput }) => goodput !== null),
  },
];

const devices: readonly Column[] = [
  { title: "GPU busy", text: (s) => percent(s.gpu_busy) },
  { title: "reads twice", text: (s) => (s.pim_busy === null ? "-" : percent(boundOf(s).weights_read_twice)) },
  { title: "waits for PIM", text: (s) => (s.pim_busy === null ? "-" : percent(s.idle.gpu.waiting_for_pim)) },
  {
    title: "for link",
    text: (s) => (s.pim_busy === null && !s.kv_offload ? "-" : percent(s.idle.gpu.waiting_for_link)),
  },
  {
    title: "for GPUs",
    text: ({ idle }) => share(idle.gpu.waiting_for_collective ?? null),
    when: (served) => served.some(({ idle }) => idle.gpu.waiting_for_collective !== undefined),
  },
  { title: "PIM busy", text: (s) => share(s.pim_busy) },
  { title: "util", text: (s) => share(s.pim_util) },
  { title: "interleaved", text: interleaved },
  { title: "batch", text: (s) => s.batch.mean.toFixed(1) },
  { title: "KV room", text: (s) => compact(s.kv_tokens.room) },
  {
    title: "KV from host",
    text: ({ kv_offload: kv }) => (kv ? compact(kv.hit_tokens + kv.restored_tokens) : "-"),
    when: (served) => served.some(({ kv_offload }) => kv_offload !== undefined),
  },
  { title: "preempted", text: (s) => String(s.preemptions) },
  { title: "requests wait for", text: (s) => heldText(boundOf(s), "-") },
];

function interleaved({ iterations, interleaving, pim_busy }: Summary): string {
  if (pim_busy === null || iterations === 0) return "-";
  return percent((interleaving.interleaved + interleaving.chunked) / iterations);
}

type Outcomes = ReadonlyMap<string, ModeOutcome>;

/** What follows the best figure of a column. */
const BEST = "*";

/** A row per mode, the head first. */
function rows(outcomes: Outcomes, all: readonly Column[], best: Verdict["best"]): string[][] {
  const served = [...servedModes(outcomes).values()].map(({ summary }) => summary);
  const [baseline] = served;
  const columns = all.filter(({ when }) => !when || when(served));
  const cell = (mode: string, summary: Summary, { text, measure }: Column): string => {
    const told = text(summary, baseline ?? summary);
    if (!measure || !best[measure]) return told;
    // What is not the best leaves room for the mark.
    return `${told}${best[measure].modes.includes(mode) ? BEST : " "}`;
  };
  const cells = (mode: string, outcome: ModeOutcome): string[] =>
    "summary" in outcome
      ? columns.map((column) => cell(mode, outcome.summary, column))
      : columns.map((_, i) => (i === 0 ? "does not fit" : "-"));
  return [
    ["mode", ...columns.map(({ title }) => title)],
    ...[...outcomes].map(([mode, one]) => [mode, ...cells(mode, one)]),
  ];
}

/**
 * How fast each mode served the load, the head first; ratios refer to the first mode that serves it, and `*` marks the
 * best of a column, and what is within half a percent of it.
 */
export function comparisonRows(outcomes: Outcomes): string[][] {
  const served = new Map([...servedModes(outcomes)].map(([mode, { summary }]) => [mode, summary]));
  const [baseline] = served.values();
  return rows(outcomes, figures, baseline ? bestModes(served, baseline) : {});
}

/** What the devices and the queue did in each mode, the head first. */
export const deviceRows = (outcomes: Outcomes): string[][] => rows(new Map(servedModes(outcomes)), devices, {});
