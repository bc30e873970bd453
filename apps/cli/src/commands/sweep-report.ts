/**
 * @module
 * `tandem sweep report`: the results of a sweep as one HTML page.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { TandemError } from "@tandem-sim/schemas";
import { readText } from "@tandem-sim/schemas/node";
import { parseJournal } from "@tandem-sim/sweep";
import { Command } from "commander";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { resultsName } from "../sweep/result-names.js";
import { result } from "../terminal.js";
import { version } from "../version.js";

async function draw(folder: string, { out }: { out?: string }): Promise<void> {
  const source = join(folder, resultsName);
  if (!existsSync(source)) {
    throw new TandemError("E_NOT_FOUND", "there are no results in this folder", {
      where: folder,
      hint: `${resultsName} is what tandem sweep --out writes, or tandem sweep merge from shards`,
    });
  }
  const target = out ?? join(folder, "report.html");
  checkOutputs([["-o", target]], [source]);
  const { records } = parseJournal(readText(source), source);
  if (records.length === 0) throw new TandemError("E_NOT_FOUND", "no cell has finished yet", { where: source });
  const { sweepPage } = await import("@tandem-sim/report/pages");
  const inOrder = [...records].sort((a, b) => a.cell - b.cell);
  writeWhole(target, sweepPage(inOrder, `tandem ${version}`));
  if (target !== "-") result(`${records.length} cells: ${target}`);
}

export const reportCommand = (): Command =>
  new Command("report")
    .description("Draw lines, heat maps and the Pareto front of a sweep")
    .argument("<dir>", "Folder of the results; of a sweep that still runs, what has finished")
    .option("-o, --out <file>", "HTML page (default: report.html in that folder); - for stdout")
    .addHelpText("after", "\nExample:\n  $ tandem sweep report outputs/sweep")
    .action(draw);
