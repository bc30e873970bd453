/**
 * @module
 * `npm run bench`: what the simulator says of the bundled workloads in every mode, and how fast it says so.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { percent, type Table, titledTable } from "@tandem-sim/report";
import { draw } from "@tandem-sim/report/terminal";
import { Command } from "commander";
import { type CrossoverPoint, crossover } from "./crossover.js";
import { iterationSpeed } from "./iteration.js";
import { compareModes, type ModeResult } from "./modes.js";
import { schedulePicture } from "./picture.js";

const baselineOf = (results: readonly ModeResult[], workload: string): ModeResult =>
  results.find((result) => result.workload === workload && result.mode === "gpu-only") as ModeResult;

function modesTable(results: readonly ModeResult[]): Table {
  return titledTable(
    [
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
    results.map(({ workload, mode, phase, summary, wallMs }) => {
      const { interleaved, chunked } = summary.interleaving;
      return [
        workload,
        mode,
        phase ?? "-",
        (summary.makespan_ns / 1e9).toFixed(2),
        summary.ttft_ms.mean.toFixed(1),
        summary.tpot_ms.mean.toFixed(2),
        `${(summary.makespan_ns / baselineOf(results, workload).summary.makespan_ns).toFixed(2)}x`,
        percent(summary.gpu_busy),
        summary.pim_util === null ? "-" : percent(summary.pim_util),
        percent((interleaved + chunked) / summary.iterations),
        wallMs.toFixed(0),
      ];
    }),
  );
}

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

async function main(options: { out: string }): Promise<void> {
  const results: ModeResult[] = [];
  await compareModes((result) => {
    results.push(result);
    if (process.stderr.isTTY) process.stderr.write(`\r${results.length} runs `);
  });
  if (process.stderr.isTTY) process.stderr.write("\r");
  console.log(draw([modesTable(results)]));
  const points = crossover();
  console.log(draw(["\nOne decode iteration, ms: GPU-only / offload / interleaved", crossoverTable(points)]));
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
