/**
 * @module
 * Maps of one decode iteration over batch and context: what interleaving takes of what another mode takes, and where
 * attention is as long as the dense layers.
 */
import { type Chart, crossing, heatMap, ratioClasses } from "@tandem-sim/report/pages";
import type { CrossoverPoint } from "./crossover.js";

const against = { "offload alone": "offloadMs", "GPU-only": "gpuOnlyMs" } as const;

export function crossoverMap(points: readonly CrossoverPoint[], other: keyof typeof against): Chart {
  const batches = [...new Set(points.map(({ decodes }) => decodes))];
  const contexts = [...new Set(points.map(({ context }) => context))];
  const grid = (value: (point: CrossoverPoint) => number): number[][] =>
    batches.map((batch) => points.filter(({ decodes }) => decodes === batch).map(value));
  return heatMap({
    title: `Interleaving against ${other}`,
    xLabel: "context, tokens",
    yLabel: "decodes",
    columns: contexts.map(String),
    rows: batches.map(String),
    valueLabel: `iteration time, ratio to ${other}`,
    values: grid((point) => point.interleavedMs / point[against[other]]),
    classes: ratioClasses,
    text: (ratio) => ratio.toFixed(2),
    line: {
      name: "D = A",
      points: crossing(
        grid(({ attentionToDense }) => attentionToDense),
        1,
      ),
    },
  });
}
