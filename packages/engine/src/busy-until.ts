/**
 * @module
 * How long resources have been busy up to a moment inside an iteration: it is played again, cut at that moment.
 */
import { sumOfKind } from "@tandem-sim/trace";
import type { ServingInstance } from "./serving-instance.js";

/** Time in which at least one unit of a resource ran, from the running iteration's start to `untilNs`, by kind. */
export function busyUntil({ planner, startNs }: ServingInstance, untilNs: number): { gpuNs: number; pimNs: number } {
  const { graph } = planner.table;
  const cut = untilNs - startNs;
  const busyNs = cut >= planner.played.latencyNs ? planner.played.coveredNs : coveredUntil(planner, cut);
  return { gpuNs: sumOfKind(graph, "gpu", busyNs), pimNs: sumOfKind(graph, "pim", busyNs) };
}

function coveredUntil(planner: ServingInstance["planner"], cut: number): Float64Array {
  const { stages, resources } = planner.table.graph;
  const busyNs = new Float64Array(resources.length);
  if (cut <= 0) return busyNs;
  const coveredNs = new Float64Array(resources.length);
  planner.replay((stage, _unit, _layer, fromNs, toNs) => {
    const { resource } = stages[stage];
    const newFromNs = Math.max(coveredNs[resource], fromNs);
    if (toNs <= newFromNs) return;
    busyNs[resource] += Math.min(toNs, cut) - Math.min(newFromNs, cut);
    coveredNs[resource] = toNs;
  }, true);
  return busyNs;
}
