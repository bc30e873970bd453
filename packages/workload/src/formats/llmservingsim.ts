/**
 * @module
 * LLMServingSim's JSONL: token counts, arrival in ns, and optionally the ids of prompt and output.
 */
import { MAX_TOKENS, parseWith, TandemError, WorkloadLine, WorkloadNumbers } from "@tandem-sim/schemas";
import { isTokenCount } from "../request-chunk.js";
import { idList, isTime, type Line, parseKnownFields, type WorkloadFormat } from "./format.js";

const fields = Object.keys(WorkloadLine.shape);

const areNumbers = (data: Partial<WorkloadNumbers> | null): data is WorkloadNumbers =>
  isTokenCount(data?.input_toks) &&
  isTokenCount(data.output_toks) &&
  isTime(data.arrival_time_ns, Number.MAX_SAFE_INTEGER);

function tokenIds(line: Line, data: object, field: string, countField: string, count: number) {
  const ids = idList(line, data, field, MAX_TOKENS);
  if (ids && ids.length !== count) {
    throw new TandemError("E_SCHEMA", `${ids.length} ids for ${countField} = ${count}`, {
      where: `${line.where}: $.${field}`,
      hint: "one id per token, or leave the list out",
    });
  }
  return ids;
}

/** Arrivals are rounded to whole ns. Output ids without prompt ids say nothing about a prefix and are dropped. */
export const llmservingsim: WorkloadFormat = {
  name: "llmservingsim",
  description: "JSONL: input_toks, output_toks, arrival_time_ns, input_tok_ids?, output_tok_ids?",
  matches: (path, firstLine) => firstLine.startsWith("{") || /\.jsonl?$/i.test(path),
  createParser: () => (line, builder) => {
    const data = parseKnownFields(line, fields) as WorkloadNumbers;
    const numbers = areNumbers(data) ? data : parseWith(WorkloadNumbers, data, line.where);
    const input = tokenIds(line, data, "input_tok_ids", "input_toks", numbers.input_toks);
    const output = tokenIds(line, data, "output_tok_ids", "output_toks", numbers.output_toks);
    builder.add(
      numbers.input_toks,
      numbers.output_toks,
      Math.round(numbers.arrival_time_ns),
      input,
      input ? output : undefined,
    );
  },
};
