/**
 * @module
 * Writes a workload as LLMServingSim's JSONL.
 */
import { type RequestChunk, requestsOf } from "./request-chunk.js";

/**
 * Lines of JSONL, each with its newline. Reading them gives the same requests.
 *
 * @example
 * process.stdout.write([...writeWorkload(chunks)].join(""));
 */
export function* writeWorkload(chunks: Iterable<RequestChunk>): Generator<string> {
  for (const chunk of chunks) {
    for (const { inputTokens, outputTokens, arrivalNs, inputIds, outputIds } of requestsOf(chunk)) {
      let line = `{"input_toks":${inputTokens},"output_toks":${outputTokens},"arrival_time_ns":${arrivalNs}`;
      if (inputIds.length > 0) line += `,"input_tok_ids":[${inputIds.join(",")}]`;
      if (outputIds.length > 0) line += `,"output_tok_ids":[${outputIds.join(",")}]`;
      yield `${line}}\n`;
    }
  }
}
