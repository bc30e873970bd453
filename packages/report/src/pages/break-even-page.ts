/**
 * @module
 * Where one mode overtakes another, as a page with the curve.
 */
import type { Crossings } from "@tandem-sim/sweep";
import { lineChart } from "../charts/line-chart.js";
import { type BreakEvenQuestion, breakEvenRows, breakEvenSentences, measureUnits } from "../sweep/break-even-result.js";
import { escapeMarkup } from "./markup.js";
import { facts, page, table, wideChart } from "./page.js";

/** @param madeBy program and version */
export function breakEvenPage(question: BreakEvenQuestion, found: Crossings, madeBy: string): string {
  const { label, measure, modes, dataset, requests } = question;
  const [unit, per] = measureUnits[measure];
  const points = (of: "first" | "second") => found.curve.map((point) => [point.value, point[of] / per] as const);
  const title = `${modes.join(" against ")} over ${label}`;
  return page(
    "Break-even",
    [
      "<h1>Break-even</h1>",
      ...breakEvenSentences(question, found).map((sentence) => `<p>${escapeMarkup(sentence)}</p>`),
      wideChart(
        lineChart({
          title,
          xLabel: label,
          yLabel: unit,
          xScale: "log",
          size: { width: 800, height: 320 },
          lines: [
            { name: modes[0], points: points("first") },
            { name: modes[1], points: points("second") },
          ],
        }),
      ),
      table(breakEvenRows(question, found)),
      facts([
        ["dataset", dataset],
        ["requests", String(requests)],
      ]),
    ],
    madeBy,
  );
}
