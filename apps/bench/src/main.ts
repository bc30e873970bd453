/**
 * @module
 * `npm run bench`: what the simulator says of the scenarios in every mode, and how fast it says so.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { titledTable } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { TandemError } from "@tandem-sim/schemas";
import { Command } from "commander";
import { MOVED, movedSince } from "./baseline.js";
import { findingOf } from "./claim.js";
import { readRecord, recordDifferences, recordFile, recordOf, recordText } from "./claim-record.js";
import { mapTable } from "./map-table.js";
import { prepareFolder, writeOutputs } from "./outputs.js";
import { printPeakMemory } from "./perf/memory.js";
import { type PerfFlags, perf } from "./perf/perf.js";
import { profileTable } from "./perf/profile-run.js";
import { writeSpeedPage } from "./perf/speed-page.js";
import { schedulePicture } from "./picture.js";
import { placeGrid, placeTable } from "./places.js";
import { reproductions, reproductionTable } from "./reproductions.js";
import { readResults, resultsJson } from "./results.js";
import { scenarioTable, unexpected } from "./scenario-table.js";
import { runSuite, type Suite } from "./suite.js";

interface BenchFlags {
  out: string;
  filter: string;
  full: boolean;
  record: boolean;
  baseline?: string;
}

/** On a terminal only: one line that the next replaces. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

const claimTable = ({ claims }: Suite) =>
  titledTable(
    ["claim", "answer", ""],
    claims.map((judged) => [judged.claim.sentence, judged.answer, findingOf(judged)]),
  );

/** Says which answers are not as recorded, or records them; returns whether all is well. */
function checkRecord({ claims, complete }: Suite, record: boolean): boolean {
  const found = recordOf(claims);
  if (record) {
    writeFileSync(recordFile, recordText(found));
    console.log(`\nRecorded in ${recordFile}.`);
    return true;
  }
  const differences = recordDifferences(found, readRecord(), complete);
  if (differences.length === 0) return true;
  console.log("\nNot as recorded (npm run bench -- --record takes these answers over):");
  for (const text of differences) console.log(`  ${text}`);
  return false;
}

function showMoved(file: string, suite: Suite): void {
  const baseline = readResults(file);
  const found = resultsJson(suite, { node: process.version });
  const moved = movedSince(baseline, found, !suite.complete || baseline.suite !== found.suite);
  if (moved.length === 0) return;
  console.log(`\nMoved by more than ${MOVED * 100}% since ${file}:`);
  for (const text of moved) console.log(`  ${text}`);
}

async function bench({ out, filter, full, record, baseline }: BenchFlags): Promise<void> {
  if (record && filter !== "")
    throw new TandemError("E_USAGE", "records what all scenarios say", {
      where: "--record",
      hint: "leave out --filter",
    });
  // Before the suite runs, so that a mistake shows at once.
  if (baseline !== undefined) readResults(baseline);
  prepareFolder(out);
  const suite = await runSuite({ filter, full, onProgress: progress });
  progress("");
  console.log(draw([scenarioTable([...suite.outcomes, ...suite.devices]), "", claimTable(suite), ""]));
  const [decodes] = suite.maps;
  if (decodes) console.log(draw(["One decode iteration, ms: GPU-only / offload / interleaved", mapTable(decodes), ""]));
  for (const sentence of suite.verdict) console.log(sentence);
  const missed = unexpected(suite.outcomes);
  if (missed.length > 0) console.log(`\nNot as the scenarios expect:\n  ${missed.join("\n  ")}`);
  if (baseline !== undefined) showMoved(baseline, suite);
  writeOutputs(out, suite, { node: process.version });
  const recorded = checkRecord(suite, record);
  console.log(`\n${out}: report.html, charts/, results.json, scenarios.csv`);
  if (!recorded || missed.length > 0) process.exitCode = 1;
}

async function showPerf(flags: PerfFlags & { profile: boolean; page: boolean }): Promise<void> {
  if (flags.page) return writeSpeedPage(progress);
  if (flags.profile) {
    for (const mode of ["gpu-only", "interleave"] as const) console.log(draw([await profileTable(mode), ""]));
    return;
  }
  if (!(await perf(flags, progress))) process.exitCode = 1;
}

function picture(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, schedulePicture());
  console.log(file);
}

const program = new Command("bench")
  .description("The scenarios in every mode: what the idea promises, where it holds, and a report")
  .option("--full", "All phases, modes and devices, and larger maps", false)
  .option("--filter <text>", "Only scenarios with this in their name", "")
  .option("--baseline <file>", "Say what moved since the results.json of an earlier suite")
  .option("--record", "Take the answers over into claim-answers.json", false)
  .option("--out <folder>", "Where report, charts and results go", "outputs/bench")
  // Subcommands have a --record of their own.
  .enablePositionalOptions()
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(bench)
  .addCommand(
    new Command("perf")
      .description("How fast the simulator is, against perf-baseline.json; npm run bench:perf")
      .option("--record", "Take the figures over into perf-baseline.json", false)
      .option("--check", "Exit code 1 where anything is slower than the baseline", false)
      .option("--profile", "In place of that: where the time of a run of 100,000 requests goes", false)
      .option("--page", "In place of that: measure the tables of docs/speed.md, and write them there", false)
      .action(showPerf),
  )
  .addCommand(
    new Command("memory").argument("<mode>").argument("<requests>").argument("<rate>").action(printPeakMemory),
    { hidden: true },
  )
  .addCommand(
    new Command("papers")
      .description("What papers and their simulators say, beside what Tandem says: docs/reproductions.md")
      .action(() => {
        for (const one of reproductions()) console.log(`${one.name} (${one.config})\n\n${reproductionTable(one)}\n`);
      }),
  )
  .addCommand(
    new Command("places")
      .description("The same loads on PIM in every place, and on more GPU memory: docs/where-pim-sits.md")
      .action(() => console.log(placeTable(placeGrid()))),
  )
  .addCommand(
    new Command("picture")
      .description("Draw the schedule of one iteration")
      .argument("<file>", "SVG to write")
      .action(picture),
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof TandemError)) throw error;
  progress("");
  console.error(`[ERROR] ${error.message}`);
  process.exitCode = 2;
}
