/**
 * @module
 * `npm run bench`: what the simulator says of the bundled workloads in every mode, and how fast it says so.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { type CrossoverPoint, crossover } from "./crossover.js";
import { iterationSpeed } from "./iteration.js";
import { compareModes, type ModeResult } from "./modes.js";
import { schedulePicture } from "./picture.js";

const baselineOf = (results: readonly ModeResult[], workload: string): ModeResult =>
  results.find((result) => result.workload === workload && result.mode === "gpu-only") as ModeResult;

function modesTable(results: readonly ModeResult[]): string {
  const table = new Table({
    head: [
      "workload",
      "mode",
      "phase",
      "makespan s",
      "TTFT ms",
      "TPOT ms",
      "vs GPU-only",
      "GPU busy",
      "PIM util",
      "interleaved",
      "sim ms",
    ],
    colAligns: ["left", "left", "left", "right", "right", "right", "right", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const result of results) {
    const { summary } = result;
    const base = baselineOf(results, result.workload).summary;
    const { interleaved, chunked } = summary.interleaving;
    table.push([
      result.workload,
      result.mode,
      result.phase ?? "-",
      (summary.makespan_ns / 1e9).toFixed(2),
      summary.ttft_ms.mean.toFixed(1),
      summary.tpot_ms.mean.toFixed(2),
      `${(summary.makespan_ns / base.makespan_ns).toFixed(2)}x`,
      `${(summary.gpu_busy * 100).toFixed(0)}%`,
      summary.pim_util === null ? "-" : `${(summary.pim_util * 100).toFixed(0)}%`,
      `${((100 * (interleaved + chunked)) / summary.iterations).toFixed(0)}%`,
      result.wallMs.toFixed(0),
    ]);
  }
  return table.toString();
}

function crossoverTable(points: readonly CrossoverPoint[]): string {
  const contexts = [...new Set(points.map((point) => point.context))];
  const table = new Table({
    head: ["decodes", ...contexts.map((context) => `context ${context}`)],
    colAligns: ["right", ...contexts.map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const decodes of new Set(points.map((point) => point.decodes))) {
    const cells = points
      .filter((point) => point.decodes === decodes)
      .map(({ gpuOnlyMs, offloadMs, interleavedMs }) =>
        [gpuOnlyMs, offloadMs, interleavedMs].map((ms) => ms.toFixed(1)).join(" / "),
      );
    table.push([String(decodes), ...cells]);
  }
  return table.toString();
}

async function main(options: { out: string }): Promise<void> {
  const results: ModeResult[] = [];
  await compareModes((result) => {
    results.push(result);
    if (process.stderr.isTTY) process.stderr.write(`\r${results.length} runs `);
  });
  if (process.stderr.isTTY) process.stderr.write("\r");
  console.log(modesTable(results));
  const points = crossover();
  console.log("\nOne decode iteration, ms: GPU-only / offload / interleaved");
  console.log(crossoverTable(points));
  const speed = await iterationSpeed();
  console.log("\nOne interleaved iteration of 256 decodes, 64 channels in 8 groups, 32 layers, median:");
  for (const { name, medianUs } of speed) console.log(`  ${medianUs.toFixed(2).padStart(8)} us  ${name}`);
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, `${JSON.stringify({ modes: results, crossover: points, iteration: speed }, null, 2)}\n`);
  console.log(`\n${options.out}: all of it as JSON.`);
}

function picture(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, schedulePicture());
  console.log(file);
}

await new Command("bench")
  .description("Bundled workloads in every mode, and the simulator's own speed")
  .option("--out <file>", "JSON of all results", "outputs/bench.json")
  .action(main)
  .addCommand(
    new Command("picture")
      .description("Draw the schedule of one iteration")
      .argument("<file>", "SVG to write")
      .action(picture),
  )
  .parseAsync();
