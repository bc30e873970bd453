/**
 * @module
 * The validation as one HTML page: the error table, latency distributions and the load over time, both sides in each.
 */
import { timeUnitFor } from "../report/axis.js";
import { cumulative } from "../report/cumulative.js";
import { lineChart } from "../report/line-chart.js";
import { escapeMarkup } from "../report/markup.js";
import { charts, facts, page, tableRow } from "../report/page.js";
import { type MetricName, metricNames, samplesOf, statNames } from "./error-table.js";
import type { LoadSample } from "./recorded-run.js";
import type { Validation } from "./validation.js";

/** +1.2%, -1.2% or 0.0%. */
export function signedPct(pct: number): string {
  const text = Math.abs(pct).toFixed(1);
  return `${Number(text) === 0 ? "" : pct < 0 ? "-" : "+"}${text}%`;
}

function distribution(metric: MetricName, { vllm, simulated }: Validation): string {
  const sides = [vllm, simulated].map(({ latencies }) => samplesOf(metric, latencies));
  const unit = timeUnitFor(sides.flat().reduce((most, ns) => Math.max(most, ns), 0));
  const names = ["vLLM", "simulated"];
  return lineChart({
    title: metricNames[metric],
    xLabel: unit.name,
    yLabel: "share of requests",
    yMax: 1,
    lines: sides.map((samples, i) => ({
      name: names[i]!,
      points: cumulative(samples.map((ns) => ns / unit.ns)),
      step: "after",
    })),
  });
}

function load(state: "running" | "waiting", { vllm, simulated }: Validation): string {
  const points = (samples: readonly LoadSample[]): [number, number][] =>
    samples.map((sample) => [sample.s, sample[state]]);
  return lineChart({
    title: `Requests ${state}`,
    xLabel: "s since the start of the run",
    yLabel: "requests",
    lines: [
      { name: "vLLM", points: points(vllm.load) },
      { name: "simulated", points: points(simulated.load), step: "after" },
    ],
  });
}

function errorTable({ errors, meanAbsErrorPct }: Validation): string {
  const rows = errors.map(({ metric, stat, vllm_ms, simulated_ms, diff_pct }) =>
    tableRow(
      [`${metricNames[metric]} ${statNames[stat]}`, vllm_ms.toFixed(1), simulated_ms.toFixed(1), signedPct(diff_pct)],
      "td",
      stat === "mean" ? "group" : undefined,
    ),
  );
  return [
    "<table>",
    `<thead>${tableRow(["ms", "vLLM", "simulated", "difference"], "th")}</thead>`,
    `<tbody>${rows.join("\n")}</tbody>`,
    `<tfoot>${tableRow(["mean absolute error", "", "", `${meanAbsErrorPct.toFixed(2)}%`])}</tfoot>`,
    "</table>",
  ].join("\n");
}

/** The whole page. `madeBy` names the program and its version. */
export function validationReport(found: Validation, madeBy: string): string {
  const notes = found.notes.map((note) => `<li>${escapeMarkup(note)}</li>`);
  return page(
    "A recorded vLLM run and its simulation",
    [
      "<h1>A recorded vLLM run and its simulation</h1>",
      '<p class="lead">Times count from the engine step that took a request in, on both sides: what vLLM stamps as queued_ts.</p>',
      `<div class="columns"><section><h2>Differences</h2>${errorTable(found)}</section>`,
      `<section><h2>What was compared</h2>${facts(found.compared)}`,
      notes.length > 0 ? `<h2>Good to know</h2><ul>${notes.join("\n")}</ul>` : "",
      "</section></div>",
      "<h2>Latency distributions</h2>",
      charts((Object.keys(metricNames) as MetricName[]).map((metric) => distribution(metric, found))),
      "<h2>Load over time</h2>",
      charts([load("running", found), load("waiting", found)]),
    ],
    madeBy,
  );
}
