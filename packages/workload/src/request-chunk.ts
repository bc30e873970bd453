/**
 * @module
 * Requests as a struct of arrays, the one shape in which a workload travels, and the builder that makes it.
 */
import { MAX_TOKENS } from "@tandem-sim/schemas";
import { type HashIds, madeUpTokens } from "./hash-ids.js";

/** Requests in file or arrival order. Arrays are exactly `count` long, but for the two of token ids. */
export interface RequestChunk {
  readonly count: number;
  /** Prompt tokens, at least 1. */
  readonly inputTokens: Int32Array;
  /** Tokens to generate, at least 1. */
  readonly outputTokens: Int32Array;
  /** Whole ns since the start of the simulation. */
  readonly arrivalNs: Float64Array;
  /** Token ids of all requests, one after another; null where no request has any. */
  readonly tokenIds: Int32Array | null;
  /**
   * `count + 1` offsets: ids of request i are `tokenIds[tokenOffsets[i] .. tokenOffsets[i + 1]]`. Such a range is empty
   * (no ids), as long as the prompt (output ids unknown), or as long as prompt and output together.
   */
  readonly tokenOffsets: Float64Array | null;
  /** In place of token ids, where only hashes of the prompts are known. */
  readonly hashIds?: HashIds;
  /** Lines of the file that the requests were read from, the first is 1; null where they are from none. */
  readonly lines: Int32Array | null;
}

/** Whether a chunk can hold it as the length of a prompt or an output. */
export const isTokenCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_TOKENS;

const noIds = new Int32Array(0);

/**
 * Collects requests and hands them out as chunks.
 *
 * @example
 * const builder = createChunkBuilder();
 * builder.add(3, 100, 0, [7, 8, 9]);
 * builder.add(5, 20, 1_000_000);
 * builder.take().count; // 2
 */
export interface ChunkBuilder {
  /** Requests collected since the last `take`. */
  readonly count: number;
  /** Token ids collected since the last `take`. */
  readonly idCount: number;
  /** Says which line of a file the next requests are from; 0 = of none. */
  atLine(line: number): void;
  /**
   * Adds a request of valid numbers (whole, in range). Output ids need prompt ids before them.
   *
   * @throws {RangeError} where ids do not cover the prompt, or the output, exactly: a bug of the caller
   */
  add(
    inputTokens: number,
    outputTokens: number,
    arrivalNs: number,
    inputIds?: ArrayLike<number>,
    outputIds?: ArrayLike<number>,
  ): void;
  /**
   * Adds a request of whose prompt hash ids are known, or nothing.
   *
   * @param tokensPerId the same for all requests of a chunk
   */
  addHashed(
    inputTokens: number,
    outputTokens: number,
    arrivalNs: number,
    hashIds: ArrayLike<number>,
    tokensPerId: number,
  ): void;
  /** All requests collected so far; the builder starts anew. */
  take(): RequestChunk;
}

/** An empty builder. */
export function createChunkBuilder(): ChunkBuilder {
  let inputs: number[] = [];
  let outputs: number[] = [];
  let arrivals: number[] = [];
  let offsets: number[] = [0];
  let lines: number[] = [];
  let hashIds: number[] = [];
  let hashOffsets: number[] = [0];
  let tokensPerHashId = 0;
  let line = 0;
  let ids = new Int32Array(1024);
  let idCount = 0;

  function append(list: ArrayLike<number>): void {
    const end = idCount + list.length;
    if (end > ids.length) {
      const grown = new Int32Array(Math.max(end, 2 * ids.length));
      grown.set(ids.subarray(0, idCount));
      ids = grown;
    }
    ids.set(list, idCount);
    idCount = end;
  }

  return {
    get count() {
      return inputs.length;
    },
    get idCount() {
      return idCount;
    },
    atLine(next) {
      line = next;
    },
    add(inputTokens, outputTokens, arrivalNs, inputIds = noIds, outputIds = noIds) {
      const fits = (list: ArrayLike<number>, tokens: number): boolean => list.length === 0 || list.length === tokens;
      if (
        !fits(inputIds, inputTokens) ||
        !fits(outputIds, outputTokens) ||
        inputIds.length < Math.sign(outputIds.length)
      ) {
        throw new RangeError(
          `${inputIds.length} + ${outputIds.length} ids for ${inputTokens} + ${outputTokens} tokens`,
        );
      }
      inputs.push(inputTokens);
      outputs.push(outputTokens);
      arrivals.push(arrivalNs);
      lines.push(line);
      append(inputIds);
      append(outputIds);
      offsets.push(idCount);
      hashOffsets.push(hashIds.length);
    },
    addHashed(inputTokens, outputTokens, arrivalNs, ids, tokensPerId) {
      tokensPerHashId = tokensPerId;
      for (let i = 0; i < ids.length; i++) hashIds.push(ids[i] ?? 0);
      this.add(inputTokens, outputTokens, arrivalNs);
    },
    take() {
      const chunk: RequestChunk = {
        count: inputs.length,
        inputTokens: Int32Array.from(inputs),
        outputTokens: Int32Array.from(outputs),
        arrivalNs: Float64Array.from(arrivals),
        tokenIds: idCount > 0 ? ids.slice(0, idCount) : null,
        tokenOffsets: idCount > 0 ? Float64Array.from(offsets) : null,
        lines: lines.some((at) => at > 0) ? Int32Array.from(lines) : null,
        ...(hashIds.length > 0 && {
          hashIds: {
            tokens: tokensPerHashId,
            ids: Float64Array.from(hashIds),
            offsets: Float64Array.from(hashOffsets),
          },
        }),
      };
      inputs = [];
      outputs = [];
      arrivals = [];
      offsets = [0];
      lines = [];
      hashIds = [];
      hashOffsets = [0];
      idCount = 0;
      return chunk;
    },
  };
}

/** Hash ids of a request's prompt. */
export const hashIdsOf = ({ ids, offsets }: HashIds, row: number): Float64Array =>
  ids.subarray(offsets[row], offsets[row + 1]);

/** One request of a chunk. Ids are views, empty where there are none; made up where only hashes are known. */
export interface ChunkRequest {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly arrivalNs: number;
  /** Those of the prompt, then those of the output. */
  readonly ids: Int32Array;
  readonly inputIds: Int32Array;
  readonly outputIds: Int32Array;
  /** Line of its file; 0 where it is from none. */
  readonly line: number;
}

/** @throws {RangeError} where the chunk has no such row */
export function requestAt(chunk: RequestChunk, row: number): ChunkRequest {
  const inputTokens = chunk.inputTokens[row];
  const outputTokens = chunk.outputTokens[row];
  const arrivalNs = chunk.arrivalNs[row];
  if (inputTokens === undefined || outputTokens === undefined || arrivalNs === undefined) {
    throw new RangeError(`no request ${row} in a chunk of ${chunk.count}`);
  }
  const { tokenIds, tokenOffsets, hashIds } = chunk;
  const ids = hashIds
    ? madeUpTokens(hashIdsOf(hashIds, row), hashIds.tokens, inputTokens)
    : (tokenIds?.subarray(tokenOffsets?.[row], tokenOffsets?.[row + 1]) ?? noIds);
  return {
    inputTokens,
    outputTokens,
    arrivalNs,
    ids,
    inputIds: ids.subarray(0, inputTokens),
    outputIds: ids.subarray(inputTokens),
    line: chunk.lines?.[row] ?? 0,
  };
}

/**
 * Where a request stands, for errors: `file:line`, or the file where the line is not known.
 *
 * @param source the file's name
 */
export function requestPlace(source: string, chunk: RequestChunk, row: number): string {
  const line = chunk.lines?.[row] ?? 0;
  return line > 0 ? `${source}:${line}` : source;
}

/** The requests of a chunk, in its order. */
export function* requestsOf(chunk: RequestChunk): Generator<ChunkRequest> {
  for (let row = 0; row < chunk.count; row++) yield requestAt(chunk, row);
}

/** Requests of all chunks together. */
export const countRequests = (chunks: readonly RequestChunk[]): number =>
  chunks.reduce((total, chunk) => total + chunk.count, 0);
