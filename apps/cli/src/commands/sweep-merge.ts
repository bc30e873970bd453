/**
 * @module
 * `tandem sweep merge`: the shards of a sweep as if it had run in one piece.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { TandemError } from "@tandem-sim/schemas";
import { readText } from "@tandem-sim/schemas/node";
import { journalText, mergeShards, resultsCsv } from "@tandem-sim/sweep";
import { Command } from "commander";
import { writeWhole } from "../output-file.js";
import { checkOutputs } from "../output-paths.js";
import { manifestOf } from "../sweep/prepare-cell.js";
import { csvName, isShardName, resultsName } from "../sweep/result-names.js";
import { result } from "../terminal.js";

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

function filesOf(path: string): string[] {
  if (!isFolder(path)) return [path];
  const names = readdirSync(path).filter(isShardName).sort();
  if (names.length > 0) return names.map((name) => join(path, name));
  throw new TandemError("E_NOT_FOUND", "there are no shards in this folder", {
    where: path,
    hint: "tandem sweep --shard i/n writes results.shard-i-of-n.jsonl",
  });
}

/** Where the results go if nobody says: to the one folder that the shards are in. */
function folderFor(paths: readonly string[], out: string | undefined): string {
  const [only, ...others] = paths;
  if (out !== undefined) return out;
  if (only !== undefined && others.length === 0 && isFolder(only)) return only;
  throw new TandemError("E_USAGE", "the shards are in several places", { where: "--out", hint: "name a folder" });
}

function merge(paths: readonly string[], { out }: { out?: string }): void {
  const files = paths.flatMap(filesOf);
  const folder = folderFor(paths, out);
  const [results, csv] = [join(folder, resultsName), join(folder, csvName)];
  checkOutputs([["--out", results]], files);
  const { header, records } = mergeShards(files.map((name) => ({ name, text: readText(name) })));
  if (manifestOf(records.map(({ key }) => key)) !== header.manifest) {
    throw new TandemError("E_SCHEMA", "their cells are not those that the headers tell of", {
      where: files.join(", "),
      hint: "a file was changed after it was written",
    });
  }
  writeWhole(csv, resultsCsv(records));
  writeWhole(results, journalText(null, records));
  result(`${records.length} cells of ${header.of} shards: ${results} and ${csv}`);
}

export const mergeCommand = (): Command =>
  new Command("merge")
    .description("Put the shards of a sweep together")
    .argument("<paths...>", "Folders with shards, or their files")
    .option("--out <dir>", "Folder of the results (default: where the shards are)")
    .addHelpText("after", "\nExample:\n  $ tandem sweep merge outputs/sweep")
    .action(merge);
