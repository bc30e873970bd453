/**
 * @module
 * A GPU and the PIM in its memory, ns by ns, each slower in every ns in which the other works: slow and obvious. The player
 * of contention has to agree with it.
 */
import { gpuSlowdown, pimSlowdown } from "@tandem-sim/hardware";
import type { Iteration } from "./iterations.js";
import { type Op, opsOf } from "./list-scheduler.js";

/** Speeds in whole millionths of a ns, nearly: 2^-20. */
const rounded = (slowdown: number): number => Math.round(2 ** 20 / slowdown) / 2 ** 20;

/** One after the other on a resource, with the work of its first op that is left. */
interface Queue {
  ops: Op[];
  left: number;
}

/** All ops with their times. */
export function stepped(iteration: Iteration): Op[] {
  const all = opsOf(iteration);
  const queue = (ops: Op[]): Queue => ({ ops, left: ops[0]?.durationNs ?? 0 });
  const gpu = queue(all.filter(({ kind }) => kind !== "pim"));
  const groups = Array.from({ length: iteration.groups }, (_, g) => queue(all.filter(({ group }) => group === g)));
  const isReady = ({ ops: [op] }: Queue, nowNs: number): boolean =>
    op?.after.every(({ endNs }) => endNs <= nowNs) ?? false;
  const end = (one: Queue, nowNs: number): void => {
    const op = one.ops.shift()!;
    op.endNs = nowNs;
    one.left = one.ops[0]?.durationNs ?? 0;
  };
  const asked = iteration.asked ?? 0;
  for (let nowNs = 0; gpu.ops.length > 0 || groups.some(({ ops }) => ops.length > 0); nowNs++) {
    while (isReady(gpu, nowNs) && gpu.left === 0) {
      gpu.ops[0]!.startNs = nowNs;
      end(gpu, nowNs);
    }
    const active = groups.filter((group) => isReady(group, nowNs));
    const gpuRuns = isReady(gpu, nowNs);
    if (!gpuRuns && active.length === 0 && all.some(({ endNs }) => endNs > nowNs)) continue;
    const both = gpuRuns && active.length > 0;
    if (gpuRuns) {
      if (Number.isNaN(gpu.ops[0]!.startNs)) gpu.ops[0]!.startNs = nowNs;
      gpu.left -= both ? rounded(gpuSlowdown(asked)) : 1;
    }
    for (const group of active) {
      // What is left of the ns goes to the next op, which is said to start behind it.
      const speed = both ? rounded(pimSlowdown(asked)) : 1;
      let work = speed;
      while (work > 0 && isReady(group, nowNs)) {
        if (Number.isNaN(group.ops[0]!.startNs)) group.ops[0]!.startNs = work === speed ? nowNs : nowNs + 1;
        const done = Math.min(work, group.left);
        work -= done;
        group.left -= done;
        if (group.left === 0) end(group, nowNs + 1);
      }
    }
    if (gpuRuns && gpu.left <= 0) end(gpu, nowNs + 1);
  }
  return all;
}
