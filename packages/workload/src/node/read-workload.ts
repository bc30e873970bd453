/**
 * @module
 * Streams a workload file: one block of text and one chunk of requests in memory at a time.
 */
import type { RequestChunk } from "../request-chunk.js";
import { sortByArrival } from "../sort-by-arrival.js";
import { createWorkloadParser, type ParseOptions } from "../workload-parser.js";
import { readLines } from "./file-lines.js";

/** How to read a workload file. */
export interface ReadOptions extends ParseOptions {
  /** Requests per chunk, at most; 4096. */
  readonly chunkSize?: number;
}

/** A chunk ends early where its ids reach this many (16 MiB), so that long prompts do not make huge chunks. */
const idsPerChunk = 1 << 22;

/**
 * Requests of a file in its order, chunk by chunk. A file in gzip is unpacked on the way.
 *
 * @example
 * for await (const chunk of readWorkload("requests.jsonl", { limit: 1000 })) console.log(chunk.count);
 * @throws {TandemError} E_NOT_FOUND, E_PARSE, E_SCHEMA, E_UNSUPPORTED, with file, line and field
 */
export async function* readWorkload(path: string, options: ReadOptions = {}): AsyncGenerator<RequestChunk> {
  const { chunkSize = 4096 } = options;
  const parser = createWorkloadParser(path, options);
  const { builder } = parser;
  let more = true;
  for await (const lines of readLines(path)) {
    for (const line of lines) {
      more = parser.push(line);
      if (builder.count >= chunkSize || builder.idCount >= idsPerChunk) yield builder.take();
      if (!more) break;
    }
    if (!more) break;
  }
  parser.end();
  if (builder.count > 0) yield builder.take();
}

/** All requests of a file, in order of arrival. @throws {TandemError} as {@link readWorkload} */
export async function loadWorkload(path: string, options: ReadOptions = {}): Promise<RequestChunk[]> {
  const chunks: RequestChunk[] = [];
  for await (const chunk of readWorkload(path, options)) chunks.push(chunk);
  return sortByArrival(chunks);
}
