/**
 * @module
 * `tandem sweep`: one run with some of its flags varied, on the cores of this machine or a share of it; and its subcommands.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { wordList } from "@tandem-sim/report";
import { defaultMetrics, type ShardHeader, TandemError } from "@tandem-sim/schemas";
import { readText } from "@tandem-sim/schemas/node";
import {
  cellText,
  parseShard,
  parseSweep,
  resultsCsv,
  type Shard,
  shardFromEnvironment,
  shardOf,
  shardText,
} from "@tandem-sim/sweep";
import type { Command } from "commander";
import { wholeNumberFlag } from "../number-flag.js";
import { writeWhole } from "../output-file.js";
import { type CheckedCell, checkCells } from "../sweep/check-cells.js";
import { FailedCells } from "../sweep/failed-cells.js";
import { manifestOf } from "../sweep/prepare-cell.js";
import { csvName, resultsName, shardName } from "../sweep/result-names.js";
import { ResultsFile } from "../sweep/results-file.js";
import { reasonOf, runCells, type SweepResult } from "../sweep/run-cells.js";
import { report, result, warn } from "../terminal.js";
import { version } from "../version.js";
import { mergeCommand } from "./sweep-merge.js";
import { reportCommand } from "./sweep-report.js";

interface SweepFlags {
  /** Always there: the command says so itself, since commander would ask its subcommands for it as well. */
  out?: string;
  jobs: number;
  shard?: Shard;
  shards?: number;
}

/** The flag's, or what Slurm or Kubernetes says; null: all cells. */
function shardFor({ shard, shards }: SweepFlags): Shard | null {
  if (shard) return shard;
  const found = shardFromEnvironment(process.env, shards);
  if (!found) return null;
  report(`shard ${shardText(found.shard)}, by ${found.from}`);
  return found.shard;
}

/** Loads that do not fit are results as well, but nobody should learn of them after hours. */
function warnOfUnfit(cells: readonly CheckedCell[]): void {
  for (const cell of cells) if (cell.doesNotFit) warn(`${cellText(cell)} will fail: ${reasonOf(cell.doesNotFit)}`);
}

/** Components of energy, and what an option turns on, are known after a run only: a slip of the pen, or nothing of the kind. */
function warnOfNone(records: SweepResult["records"]): void {
  const served = records.flatMap(({ metrics }) => (metrics ? [metrics] : []));
  const [first = {}] = served;
  const none = Object.keys(first).filter((name) => served.every((metrics) => metrics[name] === null));
  // Nobody has asked for the default ones.
  for (const name of none) if (!defaultMetrics.includes(name)) warn(`${name}: no cell has such a figure`);
}

function show({ records, found, beyond }: SweepResult, files: readonly string[]): void {
  const failed = records.filter(({ error }) => error !== undefined);
  const counts = [
    `${records.length} cells`,
    ...(found > 0 ? [`${found} of them had finished before`] : []),
    ...(beyond > 0 ? [`${beyond} leave the range that their GPU profile was measured in`] : []),
  ];
  result(`${counts.join(", ")}: ${wordList(files)}`);
  warnOfNone(records);
  if (failed.length === 0) return;
  for (const { cell, axes, error } of failed) warn(`${cellText({ number: cell, axes })} failed: ${error}`);
  throw new FailedCells(`${failed.length} of ${records.length} cells failed`);
}

async function sweep(source: string, flags: SweepFlags): Promise<void> {
  const { out } = flags;
  if (out === undefined) throw new TandemError("E_USAGE", "expected a folder for the results", { where: "--out" });
  const parsed = parseSweep(readText(source), source);
  const shard = shardFor(flags);
  const all = await checkCells(parsed);
  const header: ShardHeader | null = shard && {
    manifest: manifestOf(all.map(({ key }) => key)),
    version,
    shard: shard.index,
    of: shard.of,
    cells: all.length,
  };
  const cells = shard ? all.filter(({ number }) => shardOf(number, shard.of) === shard.index) : all;
  warnOfUnfit(cells);
  const path = join(out, shard ? shardName(shard) : resultsName);
  const file = new ResultsFile(path, header, new Set(cells.map(({ key }) => key)));
  if (file.strangers > 0) warn(`${path}: ${file.strangers} results of cells that this sweep no longer has will go`);
  const { keep, prices } = parsed.file;
  const outcome = await runCells(cells, { keep, ...(prices && { prices }) }, file, flags.jobs);
  const csv = join(out, csvName);
  if (!shard) writeWhole(csv, resultsCsv(outcome.records));
  file.complete(outcome.records);
  show(outcome, shard ? [path] : [path, csv]);
}

/** Flags, action and subcommands of `sweep`. */
export const sweepCommand = (command: Command): Command =>
  command
    .argument("<file>", "YAML: base, axes, zip, keep (tandem schema sweep)")
    .enablePositionalOptions()
    .option("--out <dir>", "Needed. Folder of the results; what an earlier start has finished there is kept")
    .option("--jobs <n>", "Cells at the same time", wholeNumberFlag("--jobs", 1, 256), availableParallelism())
    .option(
      "--shard <i/n>",
      "Every n-th cell only, from the i-th on (default: as Slurm or Kubernetes says)",
      parseShard,
    )
    .option(
      "--shards <n>",
      "How many there are, where only JOB_COMPLETION_INDEX is set",
      wholeNumberFlag("--shards", 1),
    )
    .addHelpText(
      "after",
      `
Example of a file:
  base: { dataset: decode_heavy, attn-offload-phase: decode }
  axes:
    mode: [gpu-only, offload, interleave, auto]
    max-num-seqs: [64, 128]
    set.nodes.0.cpu_mem.mem_size: [512, 1024]
  zip: []            # names of axes that advance together
  keep: [makespan_ns, ttft_ms.mean, tpot_ms.mean, energy_j.total]

Example:
  $ tandem sweep sweep.yaml --out outputs/sweep && tandem sweep report outputs/sweep`,
    )
    .addCommand(reportCommand())
    .addCommand(mergeCommand())
    .action(sweep);
