/**
 * @module
 * The comparison of modes as one HTML page: the table, latency distributions, energy by component.
 */
import { distributionChart } from "../charts/distribution-chart.js";
import { type ModeOutcome, type ServedMode, servedModes } from "../comparison/mode-outcome.js";
import { charts, facts, page, table } from "./page.js";

const titles = { ttft: "TTFT", tpot: "TPOT", latency: "Latency" } as const;

const distribution = (metric: keyof typeof titles, served: ReadonlyMap<string, ServedMode>): string =>
  distributionChart(titles[metric], new Map([...served].map(([mode, { samples }]) => [mode, samples[metric]])));

function energyRows(served: ReadonlyMap<string, ServedMode>): string[][] {
  const energies = [...served.values()].map(({ summary }) => summary.energy_j);
  const [first] = energies;
  if (!first) return [];
  return [
    ["J", ...served.keys()],
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
  const served = servedModes(outcomes);
  const energy = energyRows(served);
  const title = "GPU-only, offload, interleaving";
  return page(
    title,
    [
      `<h1>${title}</h1>`,
      '<p class="lead">The same requests in four modes. Ratios refer to the first that serves them.</p>',
      table(rows),
      "<h2>What was compared</h2>",
      facts(compared),
      "<h2>Latency distributions</h2>",
      charts((Object.keys(titles) as (keyof typeof titles)[]).map((metric) => distribution(metric, served))),
      ...(energy.length > 0 ? ["<h2>Energy by component</h2>", table(energy)] : []),
    ],
    madeBy,
  );
}
