/**
 * @module
 * LLM serving workloads: requests as a struct of arrays, formats, generator, block hashes. To read on, start with
 * request-chunk.ts, workload-parser.ts and formats/formats.ts.
 */
export {
  type ArrivalProcess,
  type ArrivalSpan,
  type Arrivals,
  arrivalProcesses,
  cvs,
  isCv,
  isRequestRate,
  requestRates,
  rescaleArrivals,
} from "./arrivals.js";
export { blockHash, blockHashChain } from "./block-hashes.js";
export { BlockNumbers } from "./block-numbers.js";
export { describeWorkload, type LengthSummary, type PrefixHits, type WorkloadDescription } from "./describe.js";
export type { WorkloadFormat } from "./formats/format.js";
export { detectFormat, formatNamed, formats } from "./formats/formats.js";
export { type GenerateOptions, generateWorkload, type SharedPrefixes } from "./generate.js";
export type { HashIds } from "./hash-ids.js";
export { type Lengths, lengthsSyntax, parseLengths } from "./lengths.js";
export { createRandom, type Random } from "./random.js";
export {
  type ChunkBuilder,
  type ChunkRequest,
  countRequests,
  createChunkBuilder,
  type RequestChunk,
  requestAt,
  requestPlace,
  requestsOf,
} from "./request-chunk.js";
export { sortByArrival } from "./sort-by-arrival.js";
export { heldWorkload, redrawWorkload, rescaleWorkload, type Workload } from "./workload.js";
export { createWorkloadParser, type ParseOptions, parseWorkload, type WorkloadParser } from "./workload-parser.js";
export { writeWorkload } from "./write-workload.js";
