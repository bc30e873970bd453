/**
 * @module
 * Reads a workload line by line, from wherever the lines come: finds out the format, counts lines, skips blank ones.
 */
import { TandemError } from "@tandem-sim/schemas";
import type { LineParser } from "./formats/format.js";
import { detectFormat, formatNamed } from "./formats/formats.js";
import { type ChunkBuilder, createChunkBuilder, type RequestChunk } from "./request-chunk.js";

/** How to read a workload. */
export interface ParseOptions {
  /** Name of the format; by default it is told from the file's name and first line. */
  readonly format?: string;
  /** Requests to read, the first ones of the file; 0 (the default) = all. */
  readonly limit?: number;
}

/** More are no workload, but a few bytes that were packed to take up time. */
const MOST_BLANK_LINES = 1_000_000;

/** Takes lines, fills a builder. */
export interface WorkloadParser {
  readonly builder: ChunkBuilder;
  /**
   * Takes one line, without its newline. Returns false once the limit is reached; further lines are not wanted then.
   *
   * @throws {TandemError} E_PARSE, E_SCHEMA, E_UNSUPPORTED: file, line and field
   */
  push(line: string): boolean;
  /** Call after the last line. @throws {TandemError} E_PARSE where there was no request */
  end(): void;
}

/**
 * A parser for one file.
 *
 * @param source the file's name, for errors and for telling the format
 */
export function createWorkloadParser(source: string, { format, limit = 0 }: ParseOptions = {}): WorkloadParser {
  const builder = createChunkBuilder();
  let parseLine: LineParser | undefined = format === undefined ? undefined : formatNamed(format).createParser();
  let lineNumber = 0;
  let requests = 0;
  let blankLines = 0;
  return {
    builder,
    push(line) {
      lineNumber++;
      const text = (lineNumber === 1 && line.startsWith("\ufeff") ? line.slice(1) : line).trim();
      if (text === "") {
        if (++blankLines <= MOST_BLANK_LINES) return true;
        throw new TandemError("E_PARSE", `more than ${MOST_BLANK_LINES} blank lines`, {
          where: `${source}:${lineNumber}`,
        });
      }
      parseLine ??= detectFormat(source, text).createParser();
      const before = builder.count;
      builder.atLine(lineNumber);
      parseLine({ text, where: `${source}:${lineNumber}` }, builder);
      requests += builder.count - before;
      return limit === 0 || requests < limit;
    },
    end() {
      if (requests === 0) throw new TandemError("E_PARSE", "no requests in this file", { where: source });
    },
  };
}

/**
 * The requests of a text that is already in memory, in one chunk, in the order of the text.
 *
 * @example
 * parseWorkload('{"input_toks":8,"output_toks":4,"arrival_time_ns":0}', "a.jsonl").count; // 1
 * @throws {TandemError} as {@link WorkloadParser}
 */
export function parseWorkload(text: string, source: string, options: ParseOptions = {}): RequestChunk {
  const parser = createWorkloadParser(source, options);
  for (const line of text.split("\n")) if (!parser.push(line)) break;
  parser.end();
  return parser.builder.take();
}
