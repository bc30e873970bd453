/**
 * @module
 * What all scenarios together come to, in a few sentences: computed from the figures that the tables show.
 */
import { percent, wordList } from "@tandem-sim/report";
import { findingOf, type JudgedClaim } from "./claim.js";
import { measured } from "./figures.js";
import { ratioText } from "./scenario-table.js";
import { ratiosOf, type Standing, type StandingName } from "./standing.js";

/** "c-ddr4-128", or with its phase where the scenario has more than one. */
const nameOf = ({ outcome: { scenario }, phase }: Standing): string =>
  scenario.phases.length > 1 ? `${scenario.name} (${phase})` : scenario.name;

const makespan = ({ interleave, gpuOnly }: Standing): number => ratiosOf(interleave, gpuOnly).makespan;

const range = (ratios: readonly number[]): string => {
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map(ratioText);
  return least === most ? `${least}` : `${least} to ${most}`;
};

const batch = ({ interleave }: Standing): number => measured("mean_batch", interleave.summary) ?? Number.NaN;

/** "with 113 to 249 requests in a batch on average" */
function batchText(all: readonly Standing[]): string {
  const batches = all.map(batch);
  return `with ${Math.round(Math.min(...batches))} to ${Math.round(Math.max(...batches))} requests in a batch on average`;
}

function winSentence(standings: readonly Standing[], all: number): string[] {
  if (standings.length === 0) return [`Interleaving finishes sooner than the GPU alone in none of ${all} cases.`];
  return [
    `Interleaving finishes sooner than the GPU alone in ${standings.length} of ${all} cases, makespan ${range(standings.map(makespan))}, ${batchText(standings)}: ${wordList(standings.map(nameOf))}.`,
  ];
}

function recoverySentence(standings: readonly Standing[]): string[] {
  if (standings.length === 0) return [];
  const texts = standings.map((one) => {
    const [offload, interleave] = [one.offload, one.interleave].map((run) =>
      ratioText(ratiosOf(run, one.gpuOnly).ttft),
    );
    return `${nameOf(one)} (${offload} -> ${interleave})`;
  });
  return [`It finishes no sooner, but recovers the time to first token that offload loses, in ${wordList(texts)}.`];
}

/** Shares below this explain nothing. */
const MATTERS = 0.05;

function lossSentence(standings: readonly Standing[]): string[] {
  if (standings.length === 0) return [];
  const lostTo = (share: (one: Standing) => number): number => standings.filter((one) => share(one) > MATTERS).length;
  const weights = lostTo(({ interleave: { summary } }) => summary.interleaving.lost_ns / summary.makespan_ns);
  const pim = lostTo(({ interleave: { summary } }) => summary.idle.gpu.waiting_for_pim);
  return [
    `It loses in ${standings.length}, makespan ${range(standings.map(makespan))}, ${batchText(standings)}: ${wordList(standings.map(nameOf))}. In ${weights} of them small batches make the second read of the weights cost more than ${percent(MATTERS)} of the time, in ${pim} the GPU waits for PIM that long.`,
  ];
}

/** Makespan of interleaving over that of a GPU with two attention kernels at which it still wins. */
const STILL_SOONER = 0.98;

/** Which wins are left against a GPU that would run prefill and decode attention as two kernels. */
function kernelSentence(wins: readonly Standing[]): string[] {
  if (wins.length === 0) return [];
  const apart = ({ interleave, twoKernels }: Standing): number => ratiosOf(interleave, twoKernels).makespan;
  const kept = wins.filter((one) => apart(one) <= STILL_SOONER);
  const lost = wins
    .filter((one) => apart(one) > STILL_SOONER)
    .map((one) => `${nameOf(one)} (${ratioText(apart(one))})`);
  return [
    [
      `Of these ${wins.length}, ${kept.length} would also win against a GPU with separate kernels for prefill and decode attention`,
      ...(kept.length > 0 ? [`makespan ${range(kept.map(apart))}`] : []),
      ...(lost.length > 0 ? [`but not ${wordList(lost)}`] : []),
    ]
      .join(", ")
      .concat("."),
  ];
}

function batchSentence(claims: readonly JudgedClaim[]): string[] {
  const found = claims.find(({ claim }) => claim.finding);
  return found
    ? [`Under one load with limits from small to large, interleaving ${findingOf(found).split(";")[0]}.`]
    : [];
}

/** The sentences, the one about wins first. */
export function suiteVerdict(standings: readonly Standing[], claims: readonly JudgedClaim[]): string[] {
  const named = (name: StandingName): Standing[] => standings.filter((one) => one.name === name);
  return [
    ...winSentence(named("wins"), standings.length),
    ...kernelSentence(named("wins")),
    ...recoverySentence(named("recovers")),
    ...lossSentence(named("loses")),
    ...batchSentence(claims),
  ];
}
