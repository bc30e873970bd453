/**
 * @module
 * How much load each mode takes, as a page: the answers, and goodput against load.
 */
import type { Chart } from "../charts/chart.js";
import { lineChart } from "../charts/line-chart.js";
import {
  type CapacityOfMode,
  type CapacityQuestion,
  capacityQuestionText,
  capacityRows,
  loadHead,
  loadRow,
} from "../sweep/capacity-result.js";
import { escapeMarkup } from "./markup.js";
import { charts, details, page, table } from "./page.js";

type Point = Extract<CapacityOfMode, { curve: unknown }>["curve"][number];

/** A line for each mode. That all arrive at once is no rate to draw. */
function chart(title: string, yLabel: string, modes: readonly CapacityOfMode[], y: (point: Point) => number): Chart {
  const lines = modes.flatMap((mode) =>
    "curve" in mode
      ? [
          {
            name: mode.mode,
            points: mode.curve.flatMap((point) =>
              Number.isFinite(point.rate) ? [[point.rate, y(point)] as const] : [],
            ),
          },
        ]
      : [],
  );
  return lineChart({ title, xLabel: "requests/s that arrive", yLabel, lines });
}

/** @param madeBy program and version */
export function capacityPage(
  question: CapacityQuestion,
  modes: readonly CapacityOfMode[],
  notes: readonly string[],
  madeBy: string,
): string {
  const curves = modes.flatMap((mode) => ("curve" in mode ? mode.curve.map((point) => loadRow(mode.mode, point)) : []));
  return page(
    "Capacity",
    [
      "<h1>Capacity</h1>",
      `<p class="lead">${escapeMarkup(capacityQuestionText(question))}.</p>`,
      table(capacityRows(question, modes)),
      ...notes.map((note) => `<p>${escapeMarkup(note)}.</p>`),
      charts([
        chart("Goodput against load", "requests/s that meet it", modes, ({ goodput }) => goodput),
        chart("Share that meets it", "% of the requests", modes, ({ share }) => 100 * share),
      ]),
      details("Every load that was tried", table([loadHead, ...curves])),
    ],
    madeBy,
  );
}
