/**
 * @module
 * The executed schedule of one iteration as a chart: its first layers, offloaded or interleaved, or all modes on one axis.
 */
import type { InstancePlan, IterationPlanner } from "@tandem-sim/engine";
import type { GanttBar, GanttChart } from "@tandem-sim/report/pages";
import { type BatchShape, decodes, playBatch, shapeText } from "./batch-shape.js";
import { bundledCluster, inputsInMode, onlyInstance } from "./cluster.js";
import { type MapMode, mapModes } from "./iteration-map.js";

const WINDOW_MS = 3.5;

/** Layers of the slowest mode that a window shows. */
const LAYERS = 4;

const WHOLE = "whole batch";
const halves = ["half 1", "half 2"] as const;

/** What a planner's iteration does on its resources, named with `prefix`. Of the channel groups the first stands for all. */
function barsOf(planner: IterationPlanner, prefix = ""): GanttBar[] {
  const { stages, resources } = planner.table.graph;
  const bars: GanttBar[] = [];
  planner.replay((stage, unit, layer, startNs, endNs) => {
    const { name = "", subBatch = 0, resource = 0 } = stages[stage] ?? {};
    if (unit > 0 || endNs === startNs) return;
    bars.push({
      resource: `${prefix}${resources[resource]?.name}`,
      part: planner.division ? (halves[subBatch] ?? "") : WHOLE,
      label: `${name === "pim" ? "attention" : name} ${layer}`,
      start: startNs / 1e6,
      end: endNs / 1e6,
    });
  });
  return bars;
}

/** Resources that do anything, in their order. */
const resourcesOf = (planner: IterationPlanner, bars: readonly GanttBar[], prefix = ""): string[] =>
  planner.table.graph.resources
    .map(({ name }) => `${prefix}${name}`)
    .filter((name) => bars.some(({ resource }) => resource === name));

/** Decodes on the bundled cluster in one mode. */
export function schedule(requests: number, context: number, mode: "offload" | "interleave"): GanttChart {
  const inputs = inputsInMode({ cluster: bundledCluster, options: {}, source: "schedule" }, mode, "decode");
  const planner = playBatch(onlyInstance(inputs), decodes(requests, context));
  const bars = barsOf(planner);
  const latency = (planner.played.latencyNs / 1e6).toFixed(1);
  return {
    title: `${mode === "offload" ? "Offload only" : "Interleaved"}: ${requests} decodes at ${context} tokens, ${latency} ms an iteration`,
    timeLabel: "ms",
    resources: resourcesOf(planner, bars),
    parts: planner.division ? halves : [WHOLE],
    bars: bars.filter(({ start }) => start < WINDOW_MS),
    until: WINDOW_MS,
  };
}

/** Two digits of what is long enough to see. */
const roundedUp = (ms: number): number => {
  const step = 10 ** Math.floor(Math.log10(ms) - 1);
  return Math.ceil(ms / step) * step;
};

/** One batch in every mode, one above the other on one time axis. */
export function schedules(name: string, shape: BatchShape, instances: Record<MapMode, InstancePlan>): GanttChart {
  const played = mapModes.map((mode) => ({ mode, planner: playBatch(instances[mode], shape) }));
  const ms = (planner: IterationPlanner): number => planner.played.latencyNs / 1e6;
  const { layers } = instances.offload.costs;
  const until = roundedUp((Math.max(...played.map(({ planner }) => ms(planner))) * LAYERS) / layers);
  const rows = played.map(({ mode, planner }) => ({
    planner,
    prefix: `${mode}: `,
    bars: barsOf(planner, `${mode}: `),
  }));
  const latencies = played.map(({ mode, planner }) => `${mode} ${ms(planner).toFixed(1)} ms`);
  const divided = played.some(({ planner }) => planner.division);
  return {
    title: `${name}: first layers of an iteration of ${shapeText(shape)}. The whole takes ${latencies.join(", ")}`,
    timeLabel: "ms",
    resources: rows.flatMap(({ planner, bars, prefix }) => resourcesOf(planner, bars, prefix)),
    parts: divided ? [WHOLE, ...halves] : [WHOLE],
    bars: rows.flatMap(({ bars }) => bars).filter(({ start }) => start < until),
    until,
    size: { width: 1000, height: 330 },
  };
}
