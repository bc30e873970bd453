/**
 * @module
 * The benchmark as one HTML page: the scenarios with their charts, crossover maps, the schedule of an iteration.
 */
import type { ServedMode } from "@tandem-sim/comparison";
import { charts, escapeMarkup, ganttChart, modeCharts, page, table, wideChart } from "@tandem-sim/report/pages";
import type { CrossoverPoint } from "./crossover.js";
import { crossoverMap } from "./crossover-map.js";
import type { ScenarioOutcome } from "./run-scenario.js";
import type { Phase } from "./scenario.js";
import { scenarioTable, unexpected } from "./scenario-table.js";
import { schedule } from "./schedule.js";

/** What GPU-only and the modes of a phase came to. */
const inPhase = ({ runs }: ScenarioOutcome, phase: Phase): Map<string, ServedMode> =>
  new Map(runs.filter((run) => run.phase === null || run.phase === phase).map((run) => [run.mode, run]));

function section(outcome: ScenarioOutcome): string {
  const { scenario } = outcome;
  const drawn = scenario.phases.map((phase) => modeCharts(inPhase(outcome, phase), `${scenario.name}, phase ${phase}`));
  return [
    `<h2 id="${scenario.name}">${scenario.name}: ${escapeMarkup(scenario.question)}</h2>`,
    `<p>${escapeMarkup(scenario.physics)}</p>`,
    table(scenarioTable([outcome]).rows),
    ...unexpected([outcome]).map((sentence) => `<p>${escapeMarkup(sentence)}</p>`),
    ...drawn.map(({ latencies, devices }) => charts([...latencies, ...devices])),
  ].join("\n");
}

/** The whole page. */
export function benchPage(outcomes: readonly ScenarioOutcome[], points: readonly CrossoverPoint[]): string {
  const title = "Where offload and interleaving pay";
  return page(
    title,
    [
      `<h1>${title}</h1>`,
      '<p class="lead">Loads on the bundled GPU and on PIM, every mode held against the GPU alone: below 1 is better.</p>',
      table(scenarioTable(outcomes).rows),
      "<h2>One decode iteration</h2>",
      charts([crossoverMap(points, "offload alone"), crossoverMap(points, "GPU-only")]),
      ...(["offload", "interleave"] as const).map((mode) => wideChart(ganttChart(schedule(128, 1024, mode)))),
      ...outcomes.map(section),
    ],
    "npm run bench",
  );
}
