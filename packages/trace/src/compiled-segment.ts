/**
 * @module
 * A segment as the player runs it: flat numbers, without the stages that the iteration does not have.
 */
import { ABSENT, type StageTable } from "./stage-table.js";
import type { Segment } from "./stages.js";

/** Where the player keeps its state: units first, then covered times by resource, then ready and end times by stage. */
export interface StateLayout {
  /** Index of each resource's first unit. */
  unitAt: Int32Array;
  coveredAt: number;
  readyAt: number;
  endAt: number;
}

export interface CompiledSegment {
  /**
   * One run after the other: stage, resource, 1 if the resource explains its idle times; number of ends that it waits for,
   * each as an index of the state, ends of an excluded resource among them; length of a list of units, each as an index of the state and one of the table's
   * durations.
   */
  code: Int32Array;
  /** Indices of the state that a repeat moves, those of units without work included. */
  slots: Int32Array;
  repeat: number;
}

/** Whether the iteration has a stage, on some unit. */
export function isPresent({ ns, offset }: StageTable, stage: number): boolean {
  for (let u = offset[stage]; u < offset[stage + 1]; u++) if (ns[u] !== ABSENT) return true;
  return false;
}

/** What an iteration has: a bit for each stage, in the mantissa of a number. */
export function presentStages(table: StageTable): number {
  let has = 0;
  for (let stage = 0; stage < table.graph.stages.length; stage++) has = 2 * has + (isPresent(table, stage) ? 1 : 0);
  return has;
}

export function compileSegment(table: StageTable, { order, repeat }: Segment, layout: StateLayout): CompiledSegment {
  const { graph, offset } = table;
  const code: number[] = [];
  const slots = new Set<number>();
  for (const stage of order) {
    if (!isPresent(table, stage)) continue;
    const { resource, after, excludes } = graph.stages[stage];
    const firstUnit = layout.unitAt[resource];
    const ends = after.filter((other) => isPresent(table, other)).map((other) => layout.endAt + other);
    // Until when some unit of the other resource is busy with what was issued before.
    if (excludes !== undefined) ends.push(layout.coveredAt + excludes);
    const units: number[] = [];
    for (let u = offset[stage]; u < offset[stage + 1]; u++) units.push(firstUnit + u - offset[stage], u);
    code.push(stage, resource, graph.resources[resource].explainsIdle ? 1 : 0);
    code.push(ends.length, ...ends, units.length, ...units);
    slots.add(layout.endAt + stage);
    // A stage that waits for nobody is ready from the start, in every layer.
    if (ends.length > 0) slots.add(layout.readyAt + stage);
    slots.add(layout.coveredAt + resource);
    for (let k = 0; k < units.length; k += 2) slots.add(units[k]);
  }
  return { code: Int32Array.from(code), slots: Int32Array.from(slots), repeat };
}
