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

/** The channel group that has most to do: what the others wait for. */
function busiestUnit(planner: IterationPlanner): number {
  const busyNs: number[] = [];
  const { stages, resources } = planner.table.graph;
  planner.replay((stage, unit, _layer, startNs, endNs) => {
    if (resources[stages[stage]?.resource ?? 0]?.kind === "pim") busyNs[unit] = (busyNs[unit] ?? 0) + endNs - startNs;
  });
  return busyNs.reduce((most, ns, unit) => (ns > (busyNs[most] ?? 0) ? unit : most), 0);
}

/** What a planner's iteration does on its resources, named with `prefix`. Of the channel groups the busiest is shown. */
function barsOf(planner: IterationPlanner, prefix = ""): GanttBar[] {
  const { stages, resources } = planner.table.graph;
  const busiest = busiestUnit(planner);
  const bars: GanttBar[] = [];
  planner.replay((stage, unit, layer, startNs, endNs) => {
    const { name = "", subBatch = 0, resource = 0 } = stages[stage] ?? {};
    const { name: on, kind, units } = resources[resource] ?? { name: "", kind: "", units: 1 };
    if ((units > 1 && unit !== busiest) || endNs === startNs) return;
    bars.push({
      resource: `${prefix}${on}`,
      part: planner.division ? (halves[subBatch] ?? "") : WHOLE,
      label: `${kind === "pim" ? "attention" : name} ${layer}`,
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

/** Ends of a time axis that its ticks meet. */
const ends = [1, 1.5, 2, 3, 4, 5, 6, 8, 10] as const;

function roundedUp(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(ms));
  return (ends.find((end) => end * power >= ms) ?? 10) * power;
}

/**
 * One batch in every mode, one above the other on one time axis.
 *
 * @param what whose batch it is, and which
 */
export function schedules(what: string, shape: BatchShape, instances: Record<MapMode, InstancePlan>): GanttChart {
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
    title: `${what}, ${shapeText(shape)}: the first layers of its iteration, which takes ${latencies.join(", ")}`,
    timeLabel: "ms",
    resources: rows.flatMap(({ planner, bars, prefix }) => resourcesOf(planner, bars, prefix)),
    parts: divided ? [WHOLE, ...halves] : [WHOLE],
    bars: rows.flatMap(({ bars }) => bars).filter(({ start }) => start < until),
    until,
    size: { width: 1000, height: 330 },
  };
}
