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

/** Efficiencies from 0.37 to 2.7, and a host that takes as long as an iteration: beyond it something else is wrong. */
const most = 1;

/**
 * A GPU reaches what was measured of it, or what its spec sheet and family say, within a tenth, as docs/gpu-model.md has
 * it, and a host adds as little; links are off by factors wherever peers are reached otherwise than was thought.
 */
const usual: Readonly<Record<CalibrationConstant, number>> = {
  host_ns_per_step: 0.1,
  memory_efficiency: 0.1,
  compute_efficiency: 0.1,
  link_efficiency: 1,
};

export const candidateOf = (constant: CalibrationConstant): Candidate => ({
  name: constantNames[constant],
  least: constant === "host_ns_per_step" ? 0 : -most,
  most,
  usual: usual[constant],
});

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

/** Those that act on times of the GPU and its links. */
export const probed = ["memory_efficiency", "compute_efficiency", "link_efficiency"] as const;
/** How much slower a probe makes what one of them acts on. */
const probe = 0.02;

/** The same constants with what one of them acts on 2% slower. */
export const withProbe = (
  constants: CalibrationConstants,
  constant: (typeof probed)[number],
): CalibrationConstants => ({
  ...constants,
  [constant]: constants[constant] * Math.exp(-probe),
});

/** The part of a time that a constant acts on, from how much longer it takes with the probe. */
export const probedPart = (longerNs: number, ns: number): number => longerNs / probe / ns;

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
