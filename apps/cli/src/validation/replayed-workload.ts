/**
 * @module
 * The workload that a recorded run is replayed with: the dataset's token ids, the recorded lengths, and arrivals.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { TandemError } from "@tandem-sim/schemas";
import { findWorkloadFile } from "@tandem-sim/schemas/node";
import { createChunkBuilder, type RequestChunk } from "@tandem-sim/workload";
import { readWorkload } from "@tandem-sim/workload/node";
import { type ArrivalSource, chooseArrivals, latenessS, recordedArrivalsNs } from "./arrival-source.js";
import type { RecordedRequest, RecordedRun } from "./recorded-run.js";

/** One request as it will be replayed. */
interface ReplayedRequest {
  recorded: RecordedRequest;
  arrivalNs: number;
  inputIds: Int32Array;
  outputIds: Int32Array;
  /** Lengths differ from the dataset's. */
  otherLengths: boolean;
}

/** A workload that repeats a recorded run. */
export interface ReplayedWorkload {
  chunk: RequestChunk;
  /** The recorded request behind each request of the chunk. */
  recorded: RecordedRequest[];
  /** File of the dataset; null where the requests were rebuilt from the recording. */
  dataset: string | null;
  arrivals: ArrivalSource;
  /** What a reader of the result should know of it, a sentence each. */
  notes: string[];
  /** What is probably a mistake. */
  warnings: string[];
}

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

const noIds = new Int32Array(0);

/** Requests of the dataset by index, as far as they were recorded. */
async function matchDataset(file: string, requests: readonly RecordedRequest[]): Promise<ReplayedRequest[]> {
  const byIndex = new Map(requests.map((request) => [request.index, request]));
  const matched: ReplayedRequest[] = [];
  let index = 0;
  for await (const chunk of readWorkload(file)) {
    for (let i = 0; i < chunk.count; i++, index++) {
      const recorded = byIndex.get(index);
      if (!recorded) continue;
      const ids = chunk.tokenIds?.subarray(chunk.tokenOffsets?.[i], chunk.tokenOffsets?.[i + 1]) ?? noIds;
      const inputTokens = chunk.inputTokens[i]!;
      const asked = inputTokens === recorded.input_toks;
      const outputIds = ids.subarray(inputTokens);
      matched.push({
        recorded,
        otherLengths: !asked || chunk.outputTokens[i] !== recorded.output_toks,
        arrivalNs: chunk.arrivalNs[i]!,
        // Another prompt than the dataset's has unknown ids; a longer answer than the dataset's too.
        inputIds: asked ? ids.subarray(0, inputTokens) : noIds,
        outputIds:
          asked && outputIds.length >= recorded.output_toks ? outputIds.subarray(0, recorded.output_toks) : noIds,
      });
    }
  }
  if (matched.length < requests.length) {
    throw new TandemError(
      "E_SCHEMA",
      `has ${index} requests, the recorded run has one of number ${requests.at(-1)!.index}`,
      {
        where: file,
        hint: "give the run's own workload with --dataset",
      },
    );
  }
  return matched;
}

/** Whether the file is the one that the run was recorded with, as far as the run says. */
function isRecordedFile(file: string, hash: string | null | undefined): boolean {
  if (!hash || !/^[0-9a-f]{64}$/i.test(hash)) return true;
  return createHash("sha256").update(readFileSync(file)).digest("hex") === hash.toLowerCase();
}

/** Says what the recording or the dataset leaves open. */
function noteGaps(requests: readonly ReplayedRequest[], notes: string[]): void {
  const note = (having: (request: ReplayedRequest) => boolean, what: string): void => {
    const count = requests.filter(having).length;
    if (count > 0) notes.push(`${count} of ${requests.length} requests ${what}`);
  };
  note(
    (request) => request.otherLengths,
    "were recorded with other lengths than the dataset's: the recorded ones are replayed.",
  );
  note(({ inputIds }) => inputIds.length === 0, "have no token ids: their prefix hits cannot be replayed.");
}

/**
 * Makes the workload.
 *
 * @param limit requests to replay, the first ones; 0 = all
 * @throws {TandemError} E_NOT_FOUND, E_PARSE, E_SCHEMA for a dataset that cannot be read or is not the run's
 */
export async function replayedWorkload(
  run: RecordedRun,
  asked: { dataset?: string; arrivals?: ArrivalSource; limit?: number },
): Promise<ReplayedWorkload> {
  const notes: string[] = [];
  const warnings: string[] = [];
  const requests = asked.limit ? run.requests.slice(0, asked.limit) : run.requests;
  if (requests.length < run.requests.length) {
    notes.push(
      `Only ${requests.length} of ${run.requests.length} requests are replayed: the recorded ones had more company.`,
    );
  }
  const dataset = findDataset(run, asked.dataset);
  let arrivals: ArrivalSource = "recorded";
  let replayed: ReplayedRequest[];
  if (dataset) {
    if (!isRecordedFile(dataset, run.meta.dataset_hash)) {
      warnings.push(`${dataset} is not the file that was recorded: its SHA-256 differs from dataset_hash in meta.json`);
    }
    replayed = await matchDataset(dataset, requests);
    const lateS = latenessS(replayed);
    if (lateS !== null)
      notes.push(`The recorded client was up to ${(lateS * 1e3).toFixed(0)} ms off the dataset's arrivals.`);
    arrivals = asked.arrivals ?? chooseArrivals(lateS);
  } else {
    if (asked.arrivals === "planned") {
      throw new TandemError("E_USAGE", "needs the run's workload", {
        where: "--arrivals planned",
        hint: "name it with --dataset",
      });
    }
    replayed = requests.map((recorded) => ({
      recorded,
      arrivalNs: 0,
      inputIds: noIds,
      outputIds: noIds,
      otherLengths: false,
    }));
  }
  noteGaps(replayed, notes);
  if (arrivals === "recorded") {
    const ns = recordedArrivalsNs(replayed.map(({ recorded }) => recorded));
    replayed = replayed.map((request, i) => ({ ...request, arrivalNs: ns[i]! }));
  }
  replayed.sort((a, b) => a.arrivalNs - b.arrivalNs || a.recorded.index - b.recorded.index);
  const builder = createChunkBuilder();
  for (const { recorded, arrivalNs, inputIds, outputIds } of replayed) {
    builder.add(recorded.input_toks, recorded.output_toks, arrivalNs, inputIds, outputIds);
  }
  return {
    chunk: builder.take(),
    recorded: replayed.map(({ recorded }) => recorded),
    dataset,
    arrivals,
    notes,
    warnings,
  };
}
