/**
 * @module
 * The constants of a service: how each follows from a slow-down, and which of them a run says anything
 * about.
 */
import {
  type CalibrationConstant,
  type CalibrationConstants,
  constantNames,
  neutralConstants,
} from "@tandem-sim/schemas";
import type { Candidate } from "./fit-service.js";

/** Efficiencies from half to twice, and a host that takes as long as an iteration: beyond it something else is wrong. */
const most = Math.LN2;

export const candidateOf = (constant: CalibrationConstant): Candidate =>
  constant === "host_ns_per_step"
    ? { name: constantNames[constant], least: 0, most: 1 }
    : { name: constantNames[constant], least: -most, most };

/** The constants at some slow-downs, whole ns and three digits as a file keeps them. */
export function constantsAt(
  constants: readonly CalibrationConstant[],
  slowdowns: readonly number[],
  meanIterationNs: number,
): CalibrationConstants {
  const at = { ...neutralConstants };
  constants.forEach((constant, k) => {
    const slowdown = slowdowns[k];
    at[constant] =
      constant === "host_ns_per_step" ? Math.round(slowdown * meanIterationNs) : Number(Math.exp(-slowdown).toFixed(4));
  });
  return at;
}

/** Those that act on times of the GPU and its links, and how much slower a probe makes each. */
export const probed = ["memory_efficiency", "compute_efficiency", "link_efficiency"] as const;
const probe = 0.02;

/** Constants that make what one of them acts on 2% slower. */
export const probeOf = (constant: (typeof probed)[number]): CalibrationConstants => constantsAt([constant], [probe], 0);

/** The share of the iterations' time that a constant acts on, from how many times as long they take with its probe. */
export const shareOf = (constant: (typeof probed)[number], ratio: number): number =>
  Math.log(ratio) / -Math.log(probeOf(constant)[constant]);

/** Below this share of the iterations' time a constant cannot be seen in latencies that are a percent off. */
const leastShare = 0.03;

const boundBy = {
  memory_efficiency: "bound by memory",
  compute_efficiency: "bound by computation",
  link_efficiency: "spent on links between GPUs",
} as const;

/** Why a run says nothing of a constant; null where it does. */
export function unidentified(
  constant: (typeof probed)[number],
  share: number,
  { gpus, tflops }: { gpus: number; tflops: number | null },
): string | null {
  if (constant === "link_efficiency" && gpus === 1) return "one GPU: nothing crosses a link between GPUs";
  if (constant === "compute_efficiency" && tflops === null) return "no spec sheet of this GPU says what it computes";
  if (share >= leastShare) return null;
  return `this run says nothing of it: ${(100 * Math.max(0, share)).toFixed(1)}% of its iterations' time is ${boundBy[constant]}`;
}
