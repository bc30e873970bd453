/**
 * @module
 * The validation as one HTML page: the error table, latency distributions and the load over time, both sides in each.
 */
import type { Chart } from "../charts/chart.js";
import { distributionChart } from "../charts/distribution-chart.js";
import { lineChart } from "../charts/line-chart.js";
import { errorRows } from "../validation/error-table.js";
import { type MetricName, metricNames, samplesOf } from "../validation/metric-errors.js";
import type { LoadSample } from "../validation/recorded-run.js";
import type { Validation } from "../validation/validation.js";
import { escapeMarkup } from "./markup.js";
import { charts, facts, page, scrolling, tableRow } from "./page.js";

const distribution = (metric: MetricName, { vllm, simulated }: Validation): Chart =>
  distributionChart(
    metricNames[metric],
    new Map([
      ["vLLM", samplesOf(metric, vllm.latencies)],
      ["simulated", samplesOf(metric, simulated.latencies)],
    ]),
  );

function load(state: "running" | "waiting", { vllm, simulated }: Validation): Chart {
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

function errorTable(found: Validation): string {
  const { head, rows, mean } = errorRows(found);
  const body = rows.map((row, i) => tableRow(row, "td", found.errors[i]?.stat === "mean" ? "group" : undefined));
  return scrolling(
    [
      "<table>",
      `<thead>${tableRow(head, "th")}</thead>`,
      `<tbody>${body.join("\n")}</tbody>`,
      `<tfoot>${tableRow(mean)}</tfoot>`,
      "</table>",
    ].join("\n"),
  );
}

/** The whole page. `madeBy` names the program and its version. */
export function validationPage(found: Validation, madeBy: string): string {
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
