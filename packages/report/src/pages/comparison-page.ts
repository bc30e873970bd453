/**
 * @module
 * The comparison of modes as one HTML page: the table, latency distributions, busy shares, energy by component.
 */
import { type ModeOutcome, type ServedMode, servedModes } from "@tandem-sim/comparison";
import type { Verdict } from "@tandem-sim/schemas";
import { barChart } from "../charts/bar-chart.js";
import type { Chart } from "../charts/chart.js";
import { distributionChart } from "../charts/distribution-chart.js";
import { comparisonTables } from "../comparison/comparison-tables.js";
import { percent } from "../number-format.js";
import { escapeMarkup } from "./markup.js";
import { charts, facts, page, table } from "./page.js";

const titles = { ttft: "TTFT", tpot: "TPOT", latency: "Latency" } as const;

const distribution = (title: string, metric: keyof typeof titles, served: ReadonlyMap<string, ServedMode>): Chart =>
  distributionChart(title, new Map([...served].map(([mode, { samples }]) => [mode, samples[metric]])));

/** How busy the devices were, a group of bars for each mode. */
function busyChart(title: string, served: ReadonlyMap<string, ServedMode>): Chart {
  const summaries = [...served.values()].map(({ summary }) => summary);
  return barChart({
    title,
    valueLabel: "share of the makespan",
    names: [...served.keys()],
    max: 1,
    text: percent,
    series: [
      { name: "GPU", values: summaries.map(({ gpu_busy }) => gpu_busy) },
      { name: "PIM, any channel", values: summaries.map(({ pim_busy }) => pim_busy) },
      { name: "PIM, mean of channels", values: summaries.map(({ pim_util }) => pim_util) },
    ],
  });
}

/** Joules by component, a stack for each mode; null without power figures. */
function energyChart(title: string, served: ReadonlyMap<string, ServedMode>): Chart | null {
  const energies = [...served.values()].map(({ summary }) => summary.energy_j);
  const components = Object.keys(energies[0] ?? {}).filter((component) => component !== "total");
  if (components.length === 0) return null;
  return barChart({
    title,
    valueLabel: "J",
    names: [...served.keys()],
    stacked: true,
    series: components.map((component) => ({
      name: component.replaceAll("_", " "),
      values: energies.map((energy) => energy?.[component] ?? null),
    })),
  });
}

/**
 * The charts of modes that served the same load.
 *
 * @param load its name, where a page has several: titles are unique in a page
 */
export function modeCharts(
  served: ReadonlyMap<string, ServedMode>,
  load?: string,
): { latencies: Chart[]; devices: Chart[] } {
  const titled = (title: string): string => (load === undefined ? title : `${load}: ${title}`);
  const metrics = Object.keys(titles) as (keyof typeof titles)[];
  const energy = energyChart(titled("energy by component"), served);
  return {
    latencies: metrics.map((metric) => distribution(titled(titles[metric]), metric, served)),
    devices: [busyChart(titled("busy shares"), served), ...(energy ? [energy] : [])],
  };
}

/** What a comparison came to, and what it compared. */
export interface Comparison {
  outcomes: ReadonlyMap<string, ModeOutcome>;
  verdict: Verdict | null;
  /** Sentences under their headings; those of the verdict stand on top of the page. */
  notes: readonly (readonly [heading: string, note: string])[];
  /** What the modes ran on. */
  compared: readonly (readonly [string, string])[];
  /** Program and version. */
  madeBy: string;
}

const paragraph = (text: string): string => `<p>${escapeMarkup(text)}</p>`;

/** The whole page: verdict, tables, charts, and what was compared. */
export function comparisonPage({ outcomes, verdict, notes, compared, madeBy }: Comparison): string {
  const served = servedModes(outcomes);
  const { latencies, devices } = modeCharts(served);
  const title = "GPU-only, offload, interleaving";
  const others = notes.filter(([heading]) => heading !== "verdict");
  return page(
    title,
    [
      `<h1>${title}</h1>`,
      '<p class="lead">The same requests in four modes. Ratios refer to the first that serves them; * marks the best.</p>',
      ...(verdict?.sentences ?? []).map(paragraph),
      ...comparisonTables(outcomes, verdict).flatMap(([heading, { rows }]) => [`<h2>${heading}</h2>`, table(rows)]),
      ...others.map(([, note]) => paragraph(note)),
      "<h2>Latency distributions</h2>",
      charts(latencies),
      "<h2>Devices</h2>",
      charts(devices),
      "<h2>What was compared</h2>",
      facts(compared),
    ],
    madeBy,
  );
}
