/**
 * @module
 * `results.json`: all that the suite found, for scripts and for later suites to be held against. The same suite gives the
 * same text, but for what stands under `host`.
 */
import { parseWith } from "@tandem-sim/schemas";
import { readJson } from "@tandem-sim/schemas/node";
import { z } from "zod";
import { recordOf } from "./claim-record.js";
import { measured, measurementNames } from "./figures.js";
import { mapModes } from "./iteration-map.js";
import type { LimitedRuns, ScenarioOutcome, ScenarioRun } from "./run-scenario.js";
import type { Suite } from "./suite.js";

/** What a baseline is read for; a later version may have more beside it. */
export const Results = z.looseObject({
  schema_version: z.literal(1),
  suite: z.enum(["quick", "full"]),
  scenarios: z.array(
    z.looseObject({
      name: z.string(),
      runs: z.array(
        z.looseObject({
          mode: z.string(),
          phase: z.string().nullable(),
          figures: z.record(z.string(), z.number().nullable()),
        }),
      ),
    }),
  ),
  claims: z.record(z.string(), z.looseObject({ cases: z.record(z.string(), z.looseObject({ holds: z.boolean() })) })),
  maps: z.array(
    z.looseObject({
      name: z.string(),
      points: z.array(z.looseObject({ row: z.number(), column: z.number(), ms: z.record(z.string(), z.number()) })),
    }),
  ),
});
export type Results = z.infer<typeof Results>;

const figuresOf = ({ summary }: Pick<ScenarioRun, "summary">): Record<string, number | null> =>
  Object.fromEntries(measurementNames.map((name) => [name, measured(name, summary)]));

const runJson = (run: ScenarioRun) => ({
  mode: run.mode,
  phase: run.phase,
  figures: figuresOf(run),
  kv_room_tokens: run.summary.kv_tokens.room,
  largest_batch: run.summary.batch.max,
  idle: run.summary.idle,
  energy_j: run.summary.energy_j,
});

const limitedJson = ({ limit, gpuOnly, interleave }: LimitedRuns) => ({
  max_num_seqs: limit,
  runs: [runJson(gpuOnly), runJson(interleave)],
});

const scenarioJson = ({ scenario, runs, limited, twoKernels, judged }: ScenarioOutcome) => ({
  name: scenario.name,
  runs: runs.map(runJson),
  batch_limits: limited.map(limitedJson),
  two_attention_kernels: runJson(twoKernels),
  expected: judged,
});

/** Wall times of the simulations, ms, and what else differs from machine to machine. */
export interface Host {
  node: string;
}

const wallTimes = (outcomes: readonly ScenarioOutcome[]) =>
  Object.fromEntries(
    outcomes.map(({ scenario, runs }) => [
      scenario.name,
      Math.round(runs.reduce((sum, { wallMs }) => sum + wallMs, 0)),
    ]),
  );

/** The file's content. */
export const resultsJson = (suite: Suite, host: Host) => ({
  schema_version: 1 as const,
  suite: suite.full ? ("full" as const) : ("quick" as const),
  verdict: suite.verdict,
  claims: recordOf(suite.claims),
  standings: suite.standings.map(({ name, outcome, phase, why }) => ({
    scenario: outcome.scenario.name,
    phase,
    interleaving: name,
    why,
  })),
  scenarios: [...suite.outcomes, ...suite.devices].map(scenarioJson),
  policies: suite.policies,
  maps: suite.maps.map(({ name, xLabel, yLabel, points }) => ({
    name,
    row: yLabel,
    column: xLabel,
    unit: `ms: ${mapModes.join(", ")}`,
    points: points.flat().map((point) => ({ ...point })),
  })),
  host: { ...host, simulation_ms: wallTimes([...suite.outcomes, ...suite.devices]) },
});

/** @throws {TandemError} naming file and place of a mistake */
export const readResults = (path: string): Results => parseWith(Results, readJson(path), path);
