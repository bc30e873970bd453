/**
 * @module
 * Writes a workload as LLMServingSim's JSONL.
 */
import type { RequestChunk } from "./request-chunk.js";

/**
 * Lines of JSONL, each with its newline. Reading them gives the same requests.
 *
 * @example
 * process.stdout.write([...writeWorkload(chunks)].join(""));
 */
export function* writeWorkload(chunks: Iterable<RequestChunk>): Generator<string> {
  for (const { count, inputTokens, outputTokens, arrivalNs, tokenIds, tokenOffsets } of chunks) {
    for (let i = 0; i < count; i++) {
      let line = `{"input_toks":${inputTokens[i]},"output_toks":${outputTokens[i]},"arrival_time_ns":${arrivalNs[i]}`;
      if (tokenIds && tokenOffsets) {
        const [start, end] = [tokenOffsets[i], tokenOffsets[i + 1]];
        const inputEnd = Math.min(end, start + inputTokens[i]);
        if (start < end) line += `,"input_tok_ids":[${tokenIds.subarray(start, inputEnd).join(",")}]`;
        if (inputEnd < end) line += `,"output_tok_ids":[${tokenIds.subarray(inputEnd, end).join(",")}]`;
      }
      yield `${line}}\n`;
    }
  }
}
