/**
 * @module
 * The figures that scenarios are judged by: what a mode takes of what GPU-only takes, and how busy its devices are.
 */
import type { Summary } from "@tandem-sim/schemas";

type Figure = (summary: Summary, gpuOnly: Summary) => number | null;

const jPerToken = ({ energy }: Summary): number => energy?.j_per_token ?? Number.NaN;

const figures = {
  makespan: (of, to) => of.makespan_ns / to.makespan_ns,
  ttft: (of, to) => of.ttft_ms.mean / to.ttft_ms.mean,
  tpot: (of, to) => of.tpot_ms.mean / to.tpot_ms.mean,
  j_per_token: (of, to) => (of.energy && to.energy ? jPerToken(of) / jPerToken(to) : null),
  gpu_busy: ({ gpu_busy }) => gpu_busy,
  pim_busy: ({ pim_busy }) => pim_busy,
  pim_util: ({ pim_util }) => pim_util,
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof figures;

export const figureNames = Object.keys(figures) as FigureName[];

/** Those that refer to GPU-only; the others are shares. */
export const ratioNames = ["makespan", "ttft", "tpot", "j_per_token"] as const satisfies readonly FigureName[];

/** Ratio to GPU-only, or share; null where the run has no such figure. */
export const figure = (name: FigureName, summary: Summary, gpuOnly: Summary): number | null =>
  figures[name](summary, gpuOnly);

type Measurement = (summary: Summary) => number | null;

/** What a run measured, each with its unit in its name. */
const measurements = {
  makespan_s: ({ makespan_ns }) => makespan_ns / 1e9,
  decode_tok_s: ({ throughput }) => throughput.decode_tok_s,
  ttft_mean_ms: ({ ttft_ms }) => ttft_ms.mean,
  ttft_p99_ms: ({ ttft_ms }) => ttft_ms.p99,
  tpot_mean_ms: ({ tpot_ms }) => tpot_ms.mean,
  tpot_p99_ms: ({ tpot_ms }) => tpot_ms.p99,
  latency_mean_ms: ({ latency_ms }) => latency_ms.mean,
  queuing_mean_ms: ({ queuing_ms }) => queuing_ms.mean,
  gpu_busy: ({ gpu_busy }) => gpu_busy,
  pim_busy: ({ pim_busy }) => pim_busy,
  pim_util: ({ pim_util }) => pim_util,
  j_per_token: ({ energy }) => energy?.j_per_token ?? null,
  mean_batch: ({ batch }) => batch.mean,
  preemptions: ({ preemptions }) => preemptions,
  interleaved_share: ({ interleaving: { interleaved, chunked }, iterations }) =>
    iterations > 0 ? (interleaved + chunked) / iterations : null,
} as const satisfies Record<string, Measurement>;

export type MeasurementName = keyof typeof measurements;

export const measurementNames = Object.keys(measurements) as MeasurementName[];

export const measured = (name: MeasurementName, summary: Summary): number | null => measurements[name](summary);
