/**
 * @module
 * How interleaving stands against the GPU alone in a load, and why: from the figures of its runs, as the tables show them.
 */
import { percent } from "@tandem-sim/report";
import { declaredPhases, type PhaseRuns } from "./claim.js";
import { figure } from "./figures.js";
import type { ScenarioOutcome, ScenarioRun } from "./run-scenario.js";
import type { Phase } from "./scenario.js";

/** In order from good to bad. */
export const standings = {
  wins: "interleaving finishes sooner than the GPU alone, makespan at most 0.98x",
  recovers: "it finishes no sooner, but takes back the time to first token that offload loses, to at most 1.05x",
  even: "it makes little difference",
  loses: "it finishes later than the GPU alone (above 1.02x), or answers later (above 1.05x)",
} as const;
export type StandingName = keyof typeof standings;
export const standingNames = Object.keys(standings) as StandingName[];

const SOONER = 0.98;
const LATER = 1.02;
/** As in the claims: a latency beyond this is longer. */
const LONGER = 1.05;

export interface Standing {
  name: StandingName;
  outcome: ScenarioOutcome;
  phase: Phase;
  gpuOnly: ScenarioRun;
  /** GPU-only with two attention kernels. */
  twoKernels: ScenarioRun;
  offload: ScenarioRun;
  interleave: ScenarioRun;
  /** In a sentence. */
  why: string;
}

interface Ratios {
  makespan: number;
  ttft: number;
  tpot: number;
}

export const ratiosOf = (run: ScenarioRun, gpuOnly: ScenarioRun): Ratios => {
  const of = (name: keyof Ratios): number => figure(name, run.summary, gpuOnly.summary) ?? Number.NaN;
  return { makespan: of("makespan"), ttft: of("ttft"), tpot: of("tpot") };
};

function standingOf(offload: Ratios, interleave: Ratios): StandingName {
  if (interleave.makespan <= SOONER) return "wins";
  if (offload.ttft > LONGER && interleave.ttft <= LONGER) return "recovers";
  const later = interleave.makespan > LATER || interleave.ttft > LONGER || interleave.tpot > LONGER;
  return later ? "loses" : "even";
}

const busy = ({ summary }: ScenarioRun): string =>
  `GPU ${percent(summary.gpu_busy)} and PIM ${percent(summary.pim_busy ?? 0)} busy`;

/** Time that interleaving saved, or lost, against the same batches undivided, as a share of the makespan. */
const shareOf = (ns: number, { summary }: ScenarioRun): number => ns / summary.makespan_ns;

/** Shares of the makespan below this explain nothing. */
const MATTERS = 0.05;

/** Why offload alone is sooner done: KV is elsewhere, PIM is faster, or decodes leave the kernel that serves prefill too. */
function whyOffloadWon({ summary }: ScenarioRun, { gpuOnly, twoKernels }: PhaseRuns): string {
  const { preemptions } = gpuOnly.summary;
  if (preemptions > 0)
    return `KV does not fit on the GPU (at most ${gpuOnly.summary.batch.max} requests at a time, ${preemptions} preemptions), on PIM it does`;
  const [instance] = summary.instances;
  const [pim, gpu] = [instance?.pim_gemv_bandwidth_gbps ?? 0, instance?.gpu_bandwidth_gbps ?? 0];
  const bandwidths = `PIM attends to ${Math.round(pim)} GB/s of KV, the GPU reads ${gpu}`;
  const apart = ratiosOf(twoKernels, gpuOnly).makespan;
  return apart <= SOONER && pim < gpu
    ? `Decodes leave the kernel that long prompts need (with two kernels the GPU alone takes ${apart.toFixed(2)}x)`
    : bandwidths;
}

function whyWon(offload: ScenarioRun, interleave: ScenarioRun, phase: PhaseRuns): string {
  const alone = ratiosOf(offload, phase.gpuOnly).makespan;
  const hidden = `Interleaving hides attention behind dense layers (${busy(interleave)})`;
  return alone <= SOONER
    ? `${whyOffloadWon(offload, phase)}: offload alone takes ${alone.toFixed(2)}x. ${hidden}.`
    : `${hidden}; offload alone takes ${alone.toFixed(2)}x.`;
}

function whyNot(interleave: ScenarioRun): string {
  const { interleaving, idle, iterations } = interleave.summary;
  const lost = shareOf(interleaving.lost_ns, interleave);
  const forPim = idle.gpu.waiting_for_pim;
  if (interleaving.single_request === iterations)
    return `One request has no second half, and is slower on PIM: the GPU waits for it ${percent(forPim)} of the time.`;
  const causes = [
    ...(forPim > MATTERS ? [`the GPU waits for PIM ${percent(forPim)} of the time`] : []),
    ...(lost > MATTERS
      ? [`batches are small, and a second read of the weights costs ${percent(lost)} of the time`]
      : []),
    ...(idle.gpu.waiting_for_link > MATTERS
      ? [`the GPU waits for the link ${percent(idle.gpu.waiting_for_link)} of the time`]
      : []),
  ];
  const [first = `${busy(interleave)}, halves cost more than half`, ...others] = causes;
  return `${[first.charAt(0).toUpperCase() + first.slice(1), ...others].join("; ")}.`;
}

function whyRecovered(interleave: ScenarioRun, offload: ScenarioRun): string {
  const gained = shareOf(interleave.summary.interleaving.gained_ns, interleave);
  const queue = offload.summary.queuing_ms.mean / offload.summary.ttft_ms.mean;
  const loss =
    queue > 0.5 ? `Under offload requests queue (${percent(queue)} of TTFT)` : "Under offload prefill waits for PIM";
  return `${loss}. Overlap saves ${percent(gained)} of the makespan against the same batches undivided (${busy(interleave)}).`;
}

function whyOf(name: StandingName, phase: PhaseRuns, offload: ScenarioRun, interleave: ScenarioRun): string {
  if (name === "wins") return whyWon(offload, interleave, phase);
  return name === "recovers" ? whyRecovered(interleave, offload) : whyNot(interleave);
}

/** Of each load and phase, in the order of the scenarios. */
export const standingsOf = (outcomes: readonly ScenarioOutcome[]): Standing[] =>
  outcomes.flatMap((outcome) =>
    declaredPhases(outcome).flatMap((phase) => {
      const [offload, interleave] = [phase.of("offload"), phase.of("interleave")];
      if (!offload || !interleave) return [];
      const { gpuOnly, twoKernels } = phase;
      const name = standingOf(ratiosOf(offload, gpuOnly), ratiosOf(interleave, gpuOnly));
      const why = whyOf(name, phase, offload, interleave);
      return [{ name, outcome, phase: phase.phase, gpuOnly, twoKernels, offload, interleave, why }];
    }),
  );
