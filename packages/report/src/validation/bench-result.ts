/**
 * @module
 * The result of `vllm bench serve --save-result --save-detailed` as a recorded run. A client measured it: latencies count
 * from when it sent a request, and hold what lies between it and the engine.
 */
import { MAX_TOKENS, parseWith, TandemError } from "@tandem-sim/schemas";
import * as z from "zod";
import type { RecordedRequest, RecordedRun } from "./recorded-run.js";

const BenchResult = z.looseObject({
  model_id: z.string().nullish(),
  input_lens: z.array(z.int().nonnegative().max(MAX_TOKENS)),
  output_lens: z.array(z.int().nonnegative().max(MAX_TOKENS)),
  ttfts: z.array(z.number().nonnegative()),
  itls: z.array(z.array(z.number().nonnegative())),
  start_times: z.array(z.number()),
  errors: z.array(z.string().nullable()).nullish(),
});
type BenchResult = z.infer<typeof BenchResult>;

const detailed = ["input_lens", "output_lens", "ttfts", "itls", "start_times"] as const;

/** The lists that a request has a place in. */
function checkDetails(data: unknown, source: string): void {
  const given = typeof data === "object" && data !== null ? data : {};
  const missing = detailed.find((key) => !(key in given));
  if (missing === undefined) return;
  throw new TandemError("E_SCHEMA", `"${missing}" is missing`, {
    where: source,
    hint: "record with vllm bench serve --save-result --save-detailed; older versions of vLLM leave start_times out",
  });
}

function requestAt(bench: BenchResult, index: number): RecordedRequest[] {
  const { input_lens, output_lens, ttfts, itls, start_times, errors } = bench;
  const [input = 0, output = 0, ttft = 0, start = 0] = [input_lens, output_lens, ttfts, start_times].map(
    (values) => values[index],
  );
  if (errors?.[index] || input === 0 || output === 0) return [];
  const decoding = (itls[index] ?? []).reduce((sum, seconds) => sum + seconds, 0);
  return [
    {
      index,
      request_id: `bench-${index}`,
      input_toks: input,
      output_toks: output,
      arrival_time: start,
      queued_ts: start,
      first_token_ts: start + ttft,
      last_token_ts: start + ttft + decoding,
    },
  ];
}

/** @throws {TandemError} E_SCHEMA, naming the JSON path, for what is no such result or holds no finished request */
export function parseBenchResult(data: unknown, source: string): RecordedRun {
  checkDetails(data, source);
  const bench = parseWith(BenchResult, data, source);
  const count = bench.start_times.length;
  const uneven = detailed.find((key) => bench[key].length !== count);
  if (uneven) {
    throw new TandemError("E_SCHEMA", `has ${bench[uneven].length} entries, start_times ${count}`, {
      where: `${source}: $.${uneven}`,
    });
  }
  const requests = bench.start_times.flatMap((_, index) => requestAt(bench, index));
  if (requests.length === 0) throw new TandemError("E_SCHEMA", "no finished requests", { where: source });
  const failed = count - requests.length;
  return {
    dir: source,
    meta: { model: bench.model_id, engine_kwargs: {} },
    requests,
    load: null,
    seenBy: "client",
    notes: failed > 0 ? [`${failed} of ${count} requests failed and are left out: the others had more company.`] : [],
  };
}
