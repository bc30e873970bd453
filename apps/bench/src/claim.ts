/**
 * @module
 * A claim: a promise of the idea as a sentence that runs can be held against, and what comes of it.
 */
import type { ScenarioOutcome, ScenarioRun } from "./run-scenario.js";
import type { Phase, ScenarioMode } from "./scenario.js";

/** Whether a claim holds in one load, and the figures that decide it. */
export interface ClaimCase {
  /** The scenario, and what of it. */
  of: string;
  holds: boolean;
  figures: Record<string, number>;
}

export interface Claim {
  id: string;
  sentence: string;
  /** What its words mean in figures, and which loads it is about. */
  terms: string;
  /** Its cases in one scenario; none where it says nothing about it. */
  cases: (outcome: ScenarioOutcome) => ClaimCase[];
  /** What the cases say together, beyond how many hold. */
  finding?: (cases: readonly ClaimCase[]) => string;
}

/** All cases hold, none does, or it depends on the load. */
export type Answer = "holds" | "fails" | "depends";

export interface JudgedClaim {
  claim: Claim;
  answer: Answer;
  cases: ClaimCase[];
}

/** GPU-only and the modes of a phase. */
export interface PhaseRuns {
  scenario: string;
  phase: Phase;
  gpuOnly: ScenarioRun;
  /** GPU-only with two attention kernels. */
  twoKernels: ScenarioRun;
  /** Undefined for a mode that the scenario does not declare. */
  of: (mode: ScenarioMode) => ScenarioRun | undefined;
}

/** The phases and modes that a scenario declares: what a fuller suite runs beyond them changes no answer. */
export function declaredPhases({ scenario, runs, twoKernels }: ScenarioOutcome): PhaseRuns[] {
  const [gpuOnly] = runs;
  return scenario.phases.map((phase) => ({
    scenario: scenario.name,
    phase,
    gpuOnly,
    twoKernels,
    of: (mode) =>
      scenario.modes.includes(mode) ? runs.find((run) => run.mode === mode && run.phase === phase) : undefined,
  }));
}

/** All runs that a scenario declares, with the names that their cases have. */
export const declaredRuns = (outcome: ScenarioOutcome): { of: string; run: ScenarioRun }[] => [
  { of: `${outcome.scenario.name}, gpu-only`, run: outcome.runs[0] },
  ...declaredPhases(outcome).flatMap(({ scenario, phase, of }) =>
    outcome.scenario.modes.flatMap((mode) => {
      const run = of(mode);
      return run ? [{ of: `${scenario}, ${phase}, ${mode}`, run }] : [];
    }),
  ),
];

function answerOf(cases: readonly ClaimCase[]): Answer {
  const held = cases.filter(({ holds }) => holds).length;
  return held === cases.length ? "holds" : held === 0 ? "fails" : "depends";
}

/** Judges claims by what scenarios came to; claims without a case have no answer. */
export const judgeClaims = (claims: readonly Claim[], outcomes: readonly ScenarioOutcome[]): JudgedClaim[] =>
  claims.flatMap((claim) => {
    const cases = outcomes.flatMap(claim.cases);
    return cases.length > 0 ? [{ claim, answer: answerOf(cases), cases }] : [];
  });

/** "holds in 3 of 22 cases", and what the claim itself finds. */
export function findingOf({ claim, cases }: JudgedClaim): string {
  const held = cases.filter(({ holds }) => holds).length;
  const counted = `holds in ${held} of ${cases.length} cases`;
  return claim.finding ? `${claim.finding(cases)}; ${counted}` : counted;
}
