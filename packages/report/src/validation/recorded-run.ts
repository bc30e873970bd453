/**
 * @module
 * A recorded vLLM run: one line per request, what the engine was told, and its load over time.
 */
import { MAX_TOKENS, numberIn, parseTable, parseWith, TandemError } from "@tandem-sim/schemas";
import * as z from "zod";

const tokens = z.int().positive().max(MAX_TOKENS);

/**
 * One line of `requests.jsonl`. Stamps are seconds: `arrival_time` on the client's wall clock, the others on the
 * engine's own.
 */
const RecordedLine = z
  .looseObject({
    request_id: z.string().min(1),
    input_toks: tokens,
    output_toks: tokens,
    arrival_time: z.number().nullish(),
    queued_ts: z.number(),
    scheduled_ts: z.number().nullish(),
    first_token_ts: z.number(),
    last_token_ts: z.number(),
  })
  .superRefine((line, context) => {
    const complain = (path: string, before: string): void => {
      context.addIssue({ code: "custom", path: [path], message: `is earlier than ${before}` });
    };
    if (line.first_token_ts < line.queued_ts) complain("first_token_ts", "queued_ts");
    if (line.last_token_ts < line.first_token_ts) complain("last_token_ts", "first_token_ts");
  });

/** A finished request of the recorded run. */
export interface RecordedRequest extends z.infer<typeof RecordedLine> {
  /** Its number in the workload: the end of its `request_id`. */
  index: number;
}

/** What the engine was told. Unknown keys are other options of vLLM's, of no effect on a replay. */
const EngineArguments = z.looseObject({
  model: z.string().nullish(),
  tensor_parallel_size: z.int().positive().nullish(),
  max_num_seqs: z.int().nonnegative().nullish(),
  max_num_batched_tokens: z.int().nonnegative().nullish(),
  max_model_len: z.int().positive().nullish(),
  dtype: z.string().nullish(),
  kv_cache_dtype: z.string().nullish(),
  block_size: z.int().positive().nullish(),
  enable_prefix_caching: z.boolean().nullish(),
  enable_chunked_prefill: z.boolean().nullish(),
  async_scheduling: z.boolean().nullish(),
  gpu_memory_utilization: z.number().gt(0).max(1).nullish(),
  long_prefill_token_threshold: z.int().nonnegative().nullish(),
});
export type EngineArguments = z.infer<typeof EngineArguments>;

const RecordedMeta = z.looseObject({
  model: z.string().nullish(),
  vllm_version: z.string().nullish(),
  engine_kwargs: EngineArguments.default({}),
  dataset_path: z.string().nullish(),
  dataset_hash: z.string().nullish(),
});
export type RecordedMeta = z.infer<typeof RecordedMeta>;

/** Requests in the engine at one time, seconds from the start of the run. */
export interface LoadSample {
  s: number;
  running: number;
  waiting: number;
}

/** A run as it was recorded. */
export interface RecordedRun {
  dir: string;
  meta: RecordedMeta;
  /** By index. */
  requests: RecordedRequest[];
  /** What the engine logged of its load; null where it was not recorded. */
  load: LoadSample[] | null;
  /** Left out: the engine, which counts from the step that took a request in. A client counts from sending it. */
  seenBy?: "client";
  /** What a reader of any result should know of it, a sentence each. */
  notes?: string[];
}

function parseLine(line: string, source: string): z.infer<typeof RecordedLine> {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch (error) {
    throw new TandemError("E_PARSE", `not valid JSON: ${(error as Error).message}`, { where: source });
  }
  return parseWith(RecordedLine, data, source, true);
}

/** Parses `requests.jsonl`. Ids that do not end in a number count as numbered by line. */
export function parseRequests(text: string, source: string): RecordedRequest[] {
  const requests: RecordedRequest[] = [];
  const lineOf = new Map<number, number>();
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    const where = `${source}:${i + 1}`;
    const parsed = parseLine(line, where);
    const index = Number(/(\d+)$/.exec(parsed.request_id)?.[1] ?? requests.length);
    const other = lineOf.get(index);
    if (other !== undefined) {
      throw new TandemError("E_SCHEMA", `request ${index} is on line ${other} already`, {
        where: `${where}: $.request_id`,
      });
    }
    lineOf.set(index, i + 1);
    requests.push({ ...parsed, index });
  });
  if (requests.length === 0) throw new TandemError("E_SCHEMA", "no requests", { where: source });
  return requests.sort((a, b) => a.index - b.index);
}

const loadColumns = ["t", "running", "waiting"] as const;

/** Parses `timeseries.csv`: columns `t` (seconds), `running`, `waiting` and others that are of no use here. */
export function parseLoad(text: string, source: string): LoadSample[] {
  return parseTable({ text, source }, () => loadColumns).rows.map((row) => ({
    s: numberIn(row, "t"),
    running: numberIn(row, "running"),
    waiting: numberIn(row, "waiting"),
  }));
}

/** What `meta.json` says. @throws {TandemError} E_SCHEMA, naming the JSON path */
export const parseMeta = (data: unknown, source: string): RecordedMeta => parseWith(RecordedMeta, data, source);
