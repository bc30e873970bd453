/**
 * @module
 * The comparison of modes as one HTML page: the table, latency distributions, energy by component.
 */
import { distributionChart } from "../charts/distribution-chart.js";
import type { ModeOutcome } from "../comparison/mode-outcome.js";
import { charts, facts, page, table } from "./page.js";

const titles = { ttft: "TTFT", tpot: "TPOT", latency: "Latency" } as const;

const distribution = (metric: keyof typeof titles, outcomes: ReadonlyMap<string, ModeOutcome>): string =>
  distributionChart(titles[metric], new Map([...outcomes].map(([mode, { samples }]) => [mode, samples[metric]])));

function energyRows(outcomes: ReadonlyMap<string, ModeOutcome>): string[][] {
  const energies = [...outcomes.values()].map(({ summary }) => summary.energy_j);
  const [first] = energies;
  if (!first) return [];
  return [
    ["J", ...outcomes.keys()],
    ...Object.keys(first).map((component) => [
      component.replaceAll("_", " "),
      ...energies.map((energy) => energy?.[component]?.toFixed(1) ?? "-"),
    ]),
  ];
}

/**
 * The whole page.
 *
 * @param rows the comparison table, its head first
 * @param compared what the modes ran on
 * @param madeBy program and version
 */
export function comparisonPage(
  outcomes: ReadonlyMap<string, ModeOutcome>,
  rows: readonly (readonly string[])[],
  compared: readonly (readonly [string, string])[],
  madeBy: string,
): string {
  const energy = energyRows(outcomes);
  const title = "GPU-only, offload, interleaving";
  return page(
    title,
    [
      `<h1>${title}</h1>`,
      '<p class="lead">The same requests in four modes. Ratios refer to the first.</p>',
      table(rows),
      "<h2>What was compared</h2>",
      facts(compared),
      "<h2>Latency distributions</h2>",
      charts((Object.keys(titles) as (keyof typeof titles)[]).map((metric) => distribution(metric, outcomes))),
      ...(energy.length > 0 ? ["<h2>Energy by component</h2>", table(energy)] : []),
    ],
    madeBy,
  );
}
