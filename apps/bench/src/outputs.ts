/**
 * @module
 * The files of the benchmark: page, charts, figures.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { standalone } from "@tandem-sim/report/pages";
import { TandemError } from "@tandem-sim/schemas";
import { benchPage } from "./bench-page.js";
import { namedCharts, reportCharts } from "./report-charts.js";
import { type Host, resultsJson } from "./results.js";
import { scenarioCsv } from "./scenario-csv.js";
import type { Suite } from "./suite.js";

/** Makes the folder, before what goes there takes time. @throws {TandemError} E_OUTPUT */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new TandemError("E_OUTPUT", `no folder can be made there (${code})`, { where: folder });
  }
}

/** Writes all of it to a folder; charts of an earlier suite in it go. */
export function writeOutputs(folder: string, suite: Suite, host: Host): void {
  const charts = join(folder, "charts");
  rmSync(charts, { recursive: true, force: true });
  mkdirSync(charts, { recursive: true });
  const drawn = reportCharts(suite);
  for (const [name, { svg }] of namedCharts(drawn)) writeFileSync(join(charts, `${name}.svg`), standalone(svg));
  writeFileSync(join(folder, "report.html"), benchPage(suite, drawn));
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(resultsJson(suite, host), null, 1)}\n`);
  writeFileSync(join(folder, "scenarios.csv"), scenarioCsv([...suite.outcomes, ...suite.devices]));
}
