/**
 * @module
 * All charts of the report: for its page, and as files beside it.
 */
import { type Chart, ganttChart, lineChart, modeCharts, slug } from "@tandem-sim/report/pages";
import { type IterationMap, mapModes } from "./iteration-map.js";
import { mapCharts, mapKinds } from "./map-charts.js";
import { type ScenarioOutcome, type ScenarioRun, scenarioInstance } from "./run-scenario.js";
import type { Phase } from "./scenario.js";
import { schedules } from "./schedule.js";
import type { Suite } from "./suite.js";

export interface ScenarioCharts {
  outcome: ScenarioOutcome;
  /** Null where it has no interleaved run. */
  schedule: Chart | null;
  /** Latencies and devices of each phase that ran. */
  phases: { phase: Phase; charts: Chart[] }[];
}

export interface ReportCharts {
  /** Under which limit of the batch interleaving pays. */
  batches: Chart[];
  maps: { map: IterationMap; charts: Chart[] }[];
  scenarios: ScenarioCharts[];
}

/** The phases that ran, declared ones first. */
export const phasesOf = ({ runs }: ScenarioOutcome): Phase[] => [
  ...new Set(runs.flatMap(({ phase }) => (phase === null ? [] : [phase]))),
];

/** What GPU-only and the modes of a phase came to. */
export const inPhase = ({ runs }: ScenarioOutcome, phase: Phase): Map<string, ScenarioRun> =>
  new Map(runs.filter((run) => run.phase === null || run.phase === phase).map((run) => [run.mode, run]));

/**
 * An iteration as it occurs in the scenario, in every mode: the largest batch of decodes, or where prefill attention is on
 * PIM the one with most prompt tokens.
 */
function scheduleOf({ scenario, runs }: ScenarioOutcome): Chart | null {
  const [phase] = scenario.phases;
  const observed = runs.find((run) => run.mode === "interleave" && run.phase === phase)?.observed;
  const [shape, which] =
    phase === "all"
      ? [observed?.promptStep, "its batch with most prompt tokens"]
      : [observed?.decodeStep, "its largest batch of decodes"];
  if (!shape) return null;
  const [gpuOnly, offload, interleave] = mapModes.map((mode) =>
    scenarioInstance(scenario, mode, mode === "gpu-only" ? null : phase),
  );
  if (!gpuOnly || !offload || !interleave) return null;
  return ganttChart(schedules(`${scenario.name}: ${which}`, shape, { "gpu-only": gpuOnly, offload, interleave }));
}

function scenarioCharts(outcome: ScenarioOutcome): ScenarioCharts {
  const { name } = outcome.scenario;
  const phases = phasesOf(outcome).map((phase) => {
    const { latencies, devices } = modeCharts(inPhase(outcome, phase), `${name}, phase ${phase}`);
    return { phase, charts: [...latencies, ...devices] };
  });
  return { outcome, schedule: scheduleOf(outcome), phases };
}

function batchChart({ scenario, limited }: ScenarioOutcome): Chart[] {
  if (limited.length === 0) return [];
  const ratio = (of: (one: (typeof limited)[number]) => number) => limited.map((one) => [one.limit, of(one)] as const);
  return [
    lineChart({
      title: `${scenario.name}: makespan by limit of the batch`,
      xLabel: "requests at a time, at most",
      yLabel: "ratio to GPU-only",
      lines: [
        {
          name: "interleave",
          points: ratio(({ gpuOnly, interleave }) => interleave.summary.makespan_ns / gpuOnly.summary.makespan_ns),
        },
        { name: "GPU-only", points: ratio(() => 1) },
      ],
    }),
  ];
}

export const reportCharts = ({ outcomes, maps }: Suite): ReportCharts => ({
  batches: outcomes.flatMap(batchChart),
  maps: maps.map((map) => ({ map, charts: mapCharts(map) })),
  scenarios: outcomes.map(scenarioCharts),
});

/** All of them in the order of the page, by names that last: titles have figures in them. */
export const namedCharts = ({ batches, maps, scenarios }: ReportCharts): Map<string, Chart> =>
  new Map([
    ...batches.map((chart) => [slug(chart.title), chart] as const),
    ...maps.flatMap(({ map, charts }) => charts.map((chart, i) => [`map-${map.name}-${mapKinds[i]}`, chart] as const)),
    ...scenarios.flatMap(({ outcome, schedule, phases }) => [
      ...(schedule ? [[`${outcome.scenario.name}-schedule`, schedule] as const] : []),
      ...phases.flatMap(({ charts }) => charts.map((chart) => [slug(chart.title), chart] as const)),
    ]),
  ]);
