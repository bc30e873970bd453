/**
 * @module
 * The workload that a recorded run is replayed with: the dataset's token ids, the recorded lengths, and arrivals.
 */
import { TandemError } from "@tandem-sim/schemas";
import { createChunkBuilder, type RequestChunk, requestAt } from "@tandem-sim/workload";
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

/** The workload that was recorded. */
export interface RecordedDataset {
  /** File, for messages. */
  file: string;
  /** Its SHA-256, hexadecimal; asked for where the recording has one. */
  hash: () => string;
  /** In the order of the file. */
  chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>;
}

export interface ReplayOptions {
  /** Null: the requests are rebuilt from the recording alone. */
  dataset: RecordedDataset | null;
  /** Left out: what suits the recording. */
  arrivals?: ArrivalSource;
  /** Requests to replay, the first ones; 0 = all. */
  limit?: number;
}

const noIds = new Int32Array(0);

/** One request of a chunk beside its recording. */
function matchRequest(chunk: RequestChunk, i: number, recorded: RecordedRequest): ReplayedRequest {
  const { ids } = requestAt(chunk, i);
  const asked = chunk.inputTokens[i] === recorded.input_toks;
  const outputIds = ids.subarray(chunk.inputTokens[i]);
  return {
    recorded,
    otherLengths: !asked || chunk.outputTokens[i] !== recorded.output_toks,
    arrivalNs: chunk.arrivalNs[i] ?? 0,
    // Another prompt than the dataset's has unknown ids; a longer answer than the dataset's too.
    inputIds: asked ? ids.subarray(0, recorded.input_toks) : noIds,
    outputIds: asked && outputIds.length >= recorded.output_toks ? outputIds.subarray(0, recorded.output_toks) : noIds,
  };
}

/** Requests of the dataset by index, as far as they were recorded. */
async function matchDataset(
  { file, chunks }: RecordedDataset,
  requests: readonly RecordedRequest[],
): Promise<ReplayedRequest[]> {
  const byIndex = new Map(requests.map((request) => [request.index, request]));
  const matched: ReplayedRequest[] = [];
  let index = 0;
  for await (const chunk of chunks) {
    for (let i = 0; i < chunk.count; i++, index++) {
      const recorded = byIndex.get(index);
      if (recorded) matched.push(matchRequest(chunk, i, recorded));
    }
  }
  if (matched.length === requests.length) return matched;
  throw new TandemError(
    "E_SCHEMA",
    `has ${index} requests, the recorded run has one of number ${requests.at(-1)?.index}`,
    { where: file, hint: "give the run's own workload with --dataset" },
  );
}

/** Whether the dataset is the one that the run was recorded with, as far as the run says. */
const isRecorded = ({ hash }: RecordedDataset, recorded: string | null | undefined): boolean =>
  !recorded || !/^[0-9a-f]{64}$/i.test(recorded) || hash() === recorded.toLowerCase();

/** Says what the recording or the dataset leaves open. */
function gaps(requests: readonly ReplayedRequest[]): string[] {
  const note = (having: (request: ReplayedRequest) => boolean, what: string): string[] => {
    const count = requests.filter(having).length;
    return count > 0 ? [`${count} of ${requests.length} requests ${what}`] : [];
  };
  return [
    ...note(
      (request) => request.otherLengths,
      "were recorded with other lengths than the dataset's: the recorded ones are replayed.",
    ),
    ...note(({ inputIds }) => inputIds.length === 0, "have no token ids: their prefix hits cannot be replayed."),
  ];
}

/** The recording's lengths alone; arrivals follow. */
const withoutDataset = (requests: readonly RecordedRequest[]): ReplayedRequest[] =>
  requests.map((recorded) => ({ recorded, arrivalNs: 0, inputIds: noIds, outputIds: noIds, otherLengths: false }));

function withRecordedArrivals(replayed: readonly ReplayedRequest[]): ReplayedRequest[] {
  const ns = recordedArrivalsNs(replayed.map(({ recorded }) => recorded));
  return replayed.map((request, i) => ({ ...request, arrivalNs: ns[i] ?? 0 }));
}

function chunkOf(replayed: readonly ReplayedRequest[]): RequestChunk {
  const builder = createChunkBuilder();
  for (const { recorded, arrivalNs, inputIds, outputIds } of replayed) {
    builder.add(recorded.input_toks, recorded.output_toks, arrivalNs, inputIds, outputIds);
  }
  return builder.take();
}

/**
 * Makes the workload.
 *
 * @throws {TandemError} E_SCHEMA for a dataset that is not the run's, E_USAGE for planned arrivals without one
 */
export async function replayedWorkload(run: RecordedRun, options: ReplayOptions): Promise<ReplayedWorkload> {
  const { dataset, arrivals: asked, limit = 0 } = options;
  if (!dataset && asked === "planned") {
    throw new TandemError("E_USAGE", "needs the run's workload", {
      where: "--arrivals planned",
      hint: "name it with --dataset",
    });
  }
  const requests = limit > 0 ? run.requests.slice(0, limit) : run.requests;
  const matched = dataset ? await matchDataset(dataset, requests) : withoutDataset(requests);
  const lateS = dataset ? latenessS(matched) : null;
  const arrivals = dataset ? (asked ?? chooseArrivals(lateS)) : "recorded";
  const replayed = (arrivals === "recorded" ? withRecordedArrivals(matched) : matched).sort(
    (a, b) => a.arrivalNs - b.arrivalNs || a.recorded.index - b.recorded.index,
  );
  const notes = [
    ...(run.notes ?? []),
    requests.length < run.requests.length &&
      `Only ${requests.length} of ${run.requests.length} requests are replayed: the recorded ones had more company.`,
    lateS !== null && `The recorded client was up to ${(lateS * 1e3).toFixed(0)} ms off the dataset's arrivals.`,
    ...gaps(matched),
  ];
  return {
    chunk: chunkOf(replayed),
    recorded: replayed.map(({ recorded }) => recorded),
    dataset: dataset?.file ?? null,
    arrivals,
    notes: notes.filter((note) => note !== false),
    warnings:
      dataset && !isRecorded(dataset, run.meta.dataset_hash)
        ? [`${dataset.file} is not the file that was recorded: its SHA-256 differs from dataset_hash in meta.json`]
        : [],
  };
}
