/**
 * @module
 * `npm run bench`: what the simulator says of the scenarios in every mode, and how fast it says so.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Table, titledTable } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { TandemError } from "@tandem-sim/schemas";
import { Command } from "commander";
import { benchPage } from "./bench-page.js";
import { type CrossoverPoint, crossover } from "./crossover.js";
import { iterationSpeed } from "./iteration.js";
import { schedulePicture } from "./picture.js";
import { runScenario, type ScenarioOutcome } from "./run-scenario.js";
import { bundledScenarios } from "./scenario.js";
import { scenarioTable, unexpected } from "./scenario-table.js";

function crossoverTable(points: readonly CrossoverPoint[]): Table {
  const contexts = [...new Set(points.map((point) => point.context))];
  const cells = ({ gpuOnlyMs, offloadMs, interleavedMs }: CrossoverPoint): string =>
    [gpuOnlyMs, offloadMs, interleavedMs].map((ms) => ms.toFixed(1)).join(" / ");
  return titledTable(
    ["decodes", ...contexts.map((context) => `context ${context}`)],
    [...new Set(points.map(({ decodes }) => decodes))].map((decodes) => [
      String(decodes),
      ...points.filter((point) => point.decodes === decodes).map(cells),
    ]),
  );
}

/** Runs the scenarios whose names contain `filter`. @throws {TandemError} E_USAGE where there are none */
async function runScenarios(filter: string): Promise<ScenarioOutcome[]> {
  const scenarios = bundledScenarios(filter);
  if (scenarios.length === 0) throw new TandemError("E_USAGE", `no scenario has "${filter}" in its name`);
  const outcomes: ScenarioOutcome[] = [];
  for (const scenario of scenarios) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${scenario.name}`);
    outcomes.push(await runScenario(scenario));
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  return outcomes;
}

/** Without the samples of single requests. */
const scenarioJson = ({ scenario, runs, judged }: ScenarioOutcome) => ({
  name: scenario.name,
  runs: runs.map(({ samples: _, ...run }) => run),
  judged,
});

interface BenchFlags {
  out: string;
  filter: string;
  report?: string;
}

async function main({ out, filter, report }: BenchFlags): Promise<void> {
  const outcomes = await runScenarios(filter);
  console.log(draw([scenarioTable(outcomes)]));
  for (const sentence of unexpected(outcomes)) console.log(sentence);
  const points = crossover();
  console.log(draw(["\nOne decode iteration, ms: GPU-only / offload / interleaved", crossoverTable(points)]));
  const speed = await iterationSpeed();
  console.log("\nOne interleaved iteration of 256 decodes, 64 channels in 8 groups, 32 layers, median:");
  for (const { name, medianUs } of speed) console.log(`  ${medianUs.toFixed(2).padStart(8)} us  ${name}`);
  mkdirSync(dirname(out), { recursive: true });
  const found = { scenarios: outcomes.map(scenarioJson), crossover: points, iteration: speed };
  writeFileSync(out, `${JSON.stringify(found, null, 2)}\n`);
  if (report !== undefined) {
    mkdirSync(dirname(report), { recursive: true });
    writeFileSync(report, benchPage(outcomes, points));
    console.log(`\n${report}: the report.`);
  }
  console.log(`\n${out}: all of it as JSON.`);
}

function picture(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, schedulePicture());
  console.log(file);
}

await new Command("bench")
  .description("The scenarios in every mode, and the simulator's own speed")
  .option("--report <file>", "One HTML page with the scenarios, their charts, crossover maps and schedules")
  .option("--filter <text>", "Only scenarios with this in their name", "")
  .option("--out <file>", "JSON of all results", "outputs/bench.json")
  .action(main)
  .addCommand(
    new Command("picture")
      .description("Draw the schedule of one iteration")
      .argument("<file>", "SVG to write")
      .action(picture),
  )
  .parseAsync();
