/**
 * @module
 * The comparison of modes as one HTML page: the table, latency distributions, energy by component.
 */
import type { RequestResult } from "@tandem-sim/engine";
import type { Summary } from "@tandem-sim/schemas";
import { timeUnitFor } from "./axis.js";
import { cumulative } from "./cumulative.js";
import { lineChart } from "./line-chart.js";
import { charts, facts, page, tableRow } from "./page.js";

/** One mode's outcome. Samples are ns, a value per request. */
export interface ModeOutcome {
  summary: Summary;
  samples: { ttft: number[]; tpot: number[]; latency: number[] };
}

export const emptySamples = (): ModeOutcome["samples"] => ({ ttft: [], tpot: [], latency: [] });

/** Collects a finished request; a single token has no TPOT. */
export function addSample(samples: ModeOutcome["samples"], result: RequestResult): void {
  samples.ttft.push(result.ttftNs);
  samples.latency.push(result.latencyNs);
  if (result.outputTokens > 1) samples.tpot.push(result.tpotNs);
}

const titles = { ttft: "TTFT", tpot: "TPOT", latency: "Latency" } as const;

function distribution(metric: keyof typeof titles, outcomes: ReadonlyMap<string, ModeOutcome>): string {
  const longest = [...outcomes.values()]
    .flatMap(({ samples }) => samples[metric])
    .reduce((most, ns) => Math.max(most, ns), 0);
  const unit = timeUnitFor(longest);
  return lineChart({
    title: titles[metric],
    xLabel: unit.name,
    yLabel: "share of requests",
    yMax: 1,
    lines: [...outcomes].map(([name, { samples }]) => ({
      name,
      points: cumulative(samples[metric].map((ns) => ns / unit.ns)),
      step: "after",
    })),
  });
}

const table = ([head, ...rows]: readonly (readonly string[])[]): string =>
  `<table><thead>${tableRow(head ?? [], "th")}</thead><tbody>${rows.map((row) => tableRow(row)).join("\n")}</tbody></table>`;

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
export function comparisonReport(
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
