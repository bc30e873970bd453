/**
 * @module
 * A recorded vLLM run on disk: its folder, and the workload beside it.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import {
  parseBenchResult,
  parseLoad,
  parseMeta,
  parseRequests,
  type RecordedDataset,
  type RecordedRun,
} from "@tandem-sim/report";
import { TandemError } from "@tandem-sim/schemas";
import { findWorkloadFile, readJson, readText } from "@tandem-sim/schemas/node";
import { readWorkload } from "@tandem-sim/workload/node";

/**
 * Reads a recorded run: a folder with `requests.jsonl` and `meta.json`, and `timeseries.csv` if it is there; or the file
 * that `vllm bench serve` saves in detail.
 *
 * @throws {TandemError} E_NOT_FOUND, E_PARSE, E_SCHEMA, naming the file, and the line or JSON path
 */
export function readRecordedRun(dir: string): RecordedRun {
  if (!existsSync(dir)) {
    throw new TandemError("E_NOT_FOUND", "no such folder or file", {
      where: dir,
      hint: "--vllm takes a folder with requests.jsonl and meta.json, or a result of vllm bench serve",
    });
  }
  if (!statSync(dir).isDirectory()) return parseBenchResult(readJson(dir), dir);
  const requestsFile = join(dir, "requests.jsonl");
  const metaFile = join(dir, "meta.json");
  const loadFile = join(dir, "timeseries.csv");
  return {
    dir,
    meta: parseMeta(readJson(metaFile), metaFile),
    requests: parseRequests(readText(requestsFile), requestsFile),
    load: existsSync(loadFile) ? parseLoad(readText(loadFile), loadFile) : null,
  };
}

/** The files of a recorded run that are there, or the one that it is. */
export const recordedFiles = (dir: string): string[] =>
  statSync(dir).isDirectory()
    ? ["requests.jsonl", "meta.json", "timeseries.csv", "cluster.json"]
        .map((name) => join(dir, name))
        .filter((file) => existsSync(file))
    : [dir];

/** The dataset's file: the one asked for, or one that lies where the recording's tools put it; null without. */
export function findDataset({ dir, meta }: RecordedRun, asked: string | undefined): string | null {
  if (asked !== undefined) return findWorkloadFile(asked);
  const places = [join(dir, "workload.jsonl")];
  if (meta.dataset_path) {
    const name = basename(meta.dataset_path.replaceAll("\\", "/"));
    places.push(join(dir, name), join(dir, "..", "..", "workloads", name));
  }
  return places.find((place) => existsSync(place)) ?? null;
}

/** A dataset as a replay takes it: read as it is asked for. */
export const datasetIn = (file: string): RecordedDataset => ({
  file,
  hash: () => createHash("sha256").update(readFileSync(file)).digest("hex"),
  chunks: readWorkload(file),
});
