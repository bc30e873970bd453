/**
 * @module
 * What bounds a mode: what the GPU spent most of the makespan on, and what kept requests waiting.
 */
import type { Bound, Summary } from "@tandem-sim/schemas";

/** Requests wait for something where they do for this much of the makespan. */
const MOSTLY = 0.5;

export function boundOf({ gpu_busy, idle: { gpu }, interleaving, makespan_ns, instances, held }: Summary): Bound {
  const spent: Pick<Bound, "what" | "share">[] = [
    { what: "GPU", share: gpu_busy },
    { what: "PIM", share: gpu.waiting_for_pim },
    { what: "link", share: gpu.waiting_for_link },
    { what: "other GPUs", share: gpu.waiting_for_collective ?? 0 },
    { what: "no work", share: gpu.no_work },
  ];
  const most = spent.reduce((largest, next) => (next.share > largest.share ? next : largest));
  const holding = (["sequences", "tokens", "memory"] as const).reduce((a, b) => (held[b] > held[a] ? b : a));
  return {
    ...most,
    weights_read_twice: makespan_ns > 0 ? interleaving.extra_gpu_ns / (makespan_ns * instances.length) : 0,
    held_by: held[holding] >= MOSTLY ? holding : null,
    held_share: held[holding],
  };
}
