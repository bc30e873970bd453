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

/** Ratio to GPU-only, or share; null where the run has no such figure. */
export const figure = (name: FigureName, summary: Summary, gpuOnly: Summary): number | null =>
  figures[name](summary, gpuOnly);
