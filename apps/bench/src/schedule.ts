/**
 * @module
 * The executed schedule of one iteration as a chart: its first layers, offloaded or interleaved.
 */
import type { GanttBar, GanttChart } from "@tandem-sim/report/pages";
import { bundledInstance, playBatch } from "./static-batch.js";

const WINDOW_MS = 3.5;

const halves = ["half 1", "half 2"] as const;

/** Of the channel groups the first stands for all. */
export function schedule(decodes: number, context: number, mode: "offload" | "interleave"): GanttChart {
  const planner = playBatch(bundledInstance(mode), decodes, context);
  const { stages, resources } = planner.table.graph;
  const parts = planner.division ? halves : ["whole batch"];
  const bars: GanttBar[] = [];
  planner.replay((stage, unit, layer, startNs, endNs) => {
    const { name, subBatch, resource } = stages[stage];
    if (unit > 0 || endNs === startNs) return;
    bars.push({
      resource: resources[resource].name,
      part: parts[subBatch],
      label: `${name === "pim" ? "attention" : name} ${layer}`,
      start: startNs / 1e6,
      end: endNs / 1e6,
    });
  });
  const latency = (planner.played.latencyNs / 1e6).toFixed(1);
  return {
    title: `${mode === "offload" ? "Offload only" : "Interleaved"}: ${decodes} decodes at ${context} tokens, ${latency} ms an iteration`,
    timeLabel: "ms",
    resources: resources.map(({ name }) => name).filter((name) => bars.some(({ resource }) => resource === name)),
    parts,
    bars: bars.filter(({ start }) => start < WINDOW_MS),
    until: WINDOW_MS,
  };
}
