/**
 * @module
 * How much load each mode takes, as a table and sentences.
 */
import type { ServiceLevel } from "@tandem-sim/engine";
import type { Capacity, LoadPoint } from "@tandem-sim/sweep";
import { percent } from "../number-format.js";
import { type Part, type Table, titledTable } from "../part.js";

/** What was asked. */
export interface CapacityQuestion {
  slo: ServiceLevel;
  /** Of the requests, those that have to meet it. */
  share: number;
  /** How close the answers are, a share of them. */
  tolerance: number;
  dataset: string;
  requests: number;
  /** Of the cluster. */
  gpus: number;
  /** Requests per second to serve with as many of the cluster as it takes. */
  rate?: number;
}

/** The answer for one mode; `bySeed`: requests per second by the seed of the arrivals. */
export type CapacityOfMode =
  | ({ mode: string; bySeed: ReadonlyMap<number, number> } & Capacity)
  | { mode: string; doesNotFit: string };

type ServedMode = Exclude<CapacityOfMode, { doesNotFit: string }>;

const isServed = (mode: CapacityOfMode): mode is ServedMode => !("doesNotFit" in mode);

/** Requests per second. */
export const rateText = (rate: number): string =>
  rate === Number.POSITIVE_INFINITY ? "any" : rate === 0 ? "none" : rate.toPrecision(3);

/** GPUs of as many clusters as a rate takes, each with an even part of it; null: none serves even one at a time. */
export const gpusFor = ({ gpus }: CapacityQuestion, rate: number, capacity: number): number | null =>
  capacity === 0 ? null : gpus * Math.max(1, Math.ceil(rate / capacity));

const serviceText = ({ ttftMs, tpotMs }: ServiceLevel): string =>
  [
    ...(ttftMs === undefined ? [] : [`TTFT up to ${ttftMs} ms`]),
    ...(tpotMs === undefined ? [] : [`TPOT up to ${tpotMs} ms`]),
  ].join(", ");

/** What was asked, as a heading says it. */
export const capacityQuestionText = ({ slo, share, dataset, requests }: CapacityQuestion): string =>
  `Greatest rate at which ${percent(share, share > 0.99 ? 1 : 0)} of the ${requests} requests of ${dataset} meet ${serviceText(slo)}`;

const rangeOf = ({ bySeed }: ServedMode): string => {
  const rates = [...bySeed.values()];
  return rates.length < 2 ? "" : `${rateText(Math.min(...rates))} to ${rateText(Math.max(...rates))}`;
};

/** Head and rows: a mode each. */
export function capacityRows(question: CapacityQuestion, modes: readonly CapacityOfMode[]): string[][] {
  const { rate } = question;
  const head = ["mode", "requests/s", "by seed", "goodput/s", ...(rate === undefined ? [] : [`GPUs for ${rate}/s`])];
  const rows = modes.map((mode): string[] => {
    if (!isServed(mode)) return [mode.mode, "does not fit", ...head.slice(2).map(() => "")];
    const at = mode.curve.find((point) => point.rate === mode.rate);
    const gpus = rate === undefined ? [] : [String(gpusFor(question, rate, mode.rate) ?? "no number")];
    return [mode.mode, rateText(mode.rate), rangeOf(mode), at ? at.goodput.toPrecision(3) : "0", ...gpus];
  });
  return [head, ...rows];
}

/** A load of the curve, as a row. */
export const loadRow = (mode: string, { rate, share, goodput, throughput }: LoadPoint): string[] => [
  mode,
  rate === Number.POSITIVE_INFINITY ? "at once" : rate.toPrecision(3),
  percent(share, 1),
  goodput.toPrecision(3),
  throughput.toPrecision(3),
];
export const loadHead = ["mode", "requests/s", "meet it", "goodput/s", "served/s"];

/** Loads that are shown beside the answer, as multiples of it. */
export const curveMultiples = [0.25, 0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2];

/** Goodput and the share that meets it, at multiples of each mode's answer; null where no answer is a number. */
function curveTable(modes: readonly CapacityOfMode[]): Table | null {
  const multiples = [...curveMultiples, 1].sort((a, b) => a - b);
  const rows = modes.filter(isServed).flatMap(({ mode, rate, curve }) => {
    const at = multiples.map((multiple) => curve.find((point) => point.rate === rate * multiple));
    const texts = at.map((point) => (point ? `${point.goodput.toPrecision(3)} ${percent(point.share)}` : ""));
    return rate > 0 && Number.isFinite(rate) ? [[mode, ...texts]] : [];
  });
  return rows.length === 0 ? null : titledTable(["goodput/s at", ...multiples.map((multiple) => `${multiple}x`)], rows);
}

/** The answers, and the curve of each mode around its own. */
export function capacityResult(question: CapacityQuestion, modes: readonly CapacityOfMode[]): Part[] {
  const [head = [], ...rows] = capacityRows(question, modes);
  const curves = curveTable(modes);
  return [
    { heading: capacityQuestionText(question) },
    titledTable(head, rows),
    ...(curves ? ["", curves] : []),
    ...modes.flatMap((mode) => (isServed(mode) ? [] : ["", `${mode.mode} does not fit: ${mode.doesNotFit}`])),
  ];
}

/** What the answers hang on, beside the mode. */
export function capacityNotes({ tolerance }: CapacityQuestion, modes: readonly CapacityOfMode[]): string[] {
  return modes.filter(isServed).flatMap((mode) => {
    const rates = [...mode.bySeed.values()];
    const [least, most] = [Math.min(...rates), Math.max(...rates)];
    const spread = rates.length > 1 && most > least * (1 + 2 * tolerance);
    return [
      ...(spread
        ? [
            `${mode.mode}: the answer depends on the seed of the arrivals: ${rangeOf(mode)} requests/s over ${rates.length} of them; more requests make it depend less`,
          ]
        : []),
      ...(mode.uneven
        ? [`${mode.mode}: a rate below the answer misses the share: more load is not always worse here`]
        : []),
    ];
  });
}

/** JSON has no Infinity: null is any rate. */
const finite = (rate: number): number | null => (Number.isFinite(rate) ? rate : null);

/** The same for scripts. A rate of null: whatever arrives; 0: not even one request at a time. */
export function capacityJson(question: CapacityQuestion, modes: readonly CapacityOfMode[]): Record<string, unknown> {
  const { slo, share, tolerance, dataset, requests, gpus, rate } = question;
  const found = modes.map((mode): [string, unknown] => {
    if (!isServed(mode)) return [mode.mode, { does_not_fit: mode.doesNotFit }];
    return [
      mode.mode,
      {
        requests_s: finite(mode.rate),
        by_seed: Object.fromEntries([...mode.bySeed].map(([seed, value]) => [seed, finite(value)])),
        uneven: mode.uneven,
        ...(rate !== undefined && { gpus: gpusFor(question, rate, mode.rate) }),
        curve: mode.curve.map((point) => ({
          requests_s: finite(point.rate),
          share: point.share,
          goodput_requests_s: point.goodput,
          served_requests_s: point.throughput,
        })),
      },
    ];
  });
  return {
    slo: { ttft_ms: slo.ttftMs ?? null, tpot_ms: slo.tpotMs ?? null },
    share,
    tolerance,
    dataset,
    requests,
    cluster_gpus: gpus,
    ...(rate !== undefined && { rate_requests_s: rate }),
    modes: Object.fromEntries(found),
  };
}
