/**
 * @module
 * How long devices have been busy up to a moment inside an iteration: the program is played again, with a recorder that
 * cuts every op at that moment.
 */
import type { ServingInstance } from "./serving-instance.js";

/** Busy ns from the running iteration's start to `untilNs`. */
export function busyUntil(instance: ServingInstance, untilNs: number): { gpuNs: number; pimNs: number } {
  const cut = untilNs - instance.startNs;
  if (cut <= 0) return { gpuNs: 0, pimNs: 0 };
  if (cut >= instance.played.latencyNs) return { gpuNs: instance.played.gpuBusyNs, pimNs: instance.played.pimBusyNs };
  let gpuNs = 0;
  let pimNs = 0;
  let covered = 0;
  instance.replay((kind, _half, _layer, _group, startNs, durationNs) => {
    const endNs = startNs + durationNs;
    if (kind === "up") covered = Math.max(covered, endNs);
    else if (kind === "pim") {
      // Groups of a half start no earlier than its transfer ends, and some group is busy from there on.
      if (endNs > covered) {
        pimNs += Math.max(0, Math.min(endNs, cut) - Math.min(covered, cut));
        covered = endNs;
      }
    } else if (kind !== "down" && kind !== "fetch") {
      gpuNs += Math.max(0, Math.min(endNs, cut) - Math.min(startNs, cut));
    }
  });
  return { gpuNs, pimNs };
}
