/**
 * @module
 * A workload file for a simulation: read through once, so that its mistakes are known before anything runs. A small one is
 * held in memory; a large one is read again as the simulation gets on.
 */
import { statSync } from "node:fs";
import { TandemError } from "@tandem-sim/schemas";
import type { RequestChunk } from "../request-chunk.js";
import { sortByArrival } from "../sort-by-arrival.js";
import { heldWorkload, outputTokensOf, type Workload } from "../workload.js";
import { loadWorkload, type ReadOptions, readWorkload } from "./read-workload.js";

/** How to open a workload file. */
export interface OpenOptions extends ReadOptions {
  /** Workloads up to this size are held, bytes; 32 MiB: 1.6 million requests without token ids. */
  readonly heldBytes?: number;
}

const bytesOf = ({ hashIds, ...chunk }: RequestChunk): number =>
  [...Object.values(chunk), hashIds?.ids, hashIds?.offsets].reduce(
    (bytes: number, values) => bytes + (ArrayBuffer.isView(values) ? values.byteLength : 0),
    0,
  );

/** Its chunks again, where it still holds as many requests. */
async function* readAgain(path: string, options: ReadOptions, requests: number): AsyncGenerator<RequestChunk> {
  let left = requests;
  // What has been appended since is not wanted.
  for await (const chunk of readWorkload(path, { ...options, limit: requests })) {
    left -= chunk.count;
    yield chunk;
  }
  if (left > 0)
    throw new TandemError("E_PARSE", `holds ${left} requests less than when it was first read`, { where: path });
}

/** Adds up what a simulation wants to know of a workload before it runs. */
class Totals {
  requests = 0;
  outputTokens = 0;
  firstNs = Number.POSITIVE_INFINITY;
  lastNs = Number.NEGATIVE_INFINITY;
  bytes = 0;
  inOrder = true;

  add(chunk: RequestChunk): void {
    for (const ns of chunk.arrivalNs) {
      if (ns < this.lastNs) this.inOrder = false;
      else this.lastNs = ns;
      if (ns < this.firstNs) this.firstNs = ns;
    }
    this.requests += chunk.count;
    this.outputTokens += outputTokensOf(chunk);
    this.bytes += bytesOf(chunk);
  }
}

/**
 * Opens a workload. All of it is held where its requests are not in order of arrival, as they have to be sorted, and where it
 * is no regular file, which cannot be read twice.
 *
 * @throws {TandemError} as `readWorkload`, for a mistake anywhere in the file
 */
export async function openWorkload(path: string, options: OpenOptions = {}): Promise<Workload> {
  const { heldBytes = 1 << 25, ...reading } = options;
  const totals = new Totals();
  let held: RequestChunk[] | null = [];
  for await (const chunk of readWorkload(path, reading)) {
    totals.add(chunk);
    held?.push(chunk);
    if (totals.bytes > heldBytes && totals.inOrder && statSync(path).isFile()) held = null;
  }
  if (held) return heldWorkload(sortByArrival(held));
  if (!totals.inOrder) return heldWorkload(await loadWorkload(path, reading));
  const { requests, outputTokens, firstNs, lastNs } = totals;
  return { requests, outputTokens, firstNs, lastNs, chunks: () => readAgain(path, reading, requests) };
}
