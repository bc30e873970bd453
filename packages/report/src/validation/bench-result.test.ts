import { expect, it } from "vitest";
import { parseBenchResult } from "./bench-result.js";

const bench = {
  model_id: "meta-llama/Llama-3.1-8B",
  request_rate: "inf",
  input_lens: [100, 50, 7],
  output_lens: [3, 1, 0],
  ttfts: [0.5, 0.25, 0],
  itls: [[0.1, 0.2], [], []],
  start_times: [1000, 1001, 1002],
  errors: ["", "", "Connection refused"],
};

it("a detailed benchmark result is a recorded run that a client saw; failed requests are left out", () => {
  const { requests, meta, seenBy, notes } = parseBenchResult(bench, "bench.json");
  expect(requests).toHaveLength(2);
  expect(requests[0]).toMatchObject({ input_toks: 100, output_toks: 3, queued_ts: 1000, first_token_ts: 1000.5 });
  expect(requests[0]?.last_token_ts).toBeCloseTo(1000.8);
  expect(requests[1]).toMatchObject({ index: 1, first_token_ts: 1001.25, last_token_ts: 1001.25 });
  expect(meta.model).toBe("meta-llama/Llama-3.1-8B");
  expect(seenBy).toBe("client");
  expect(notes).toEqual(["1 of 3 requests failed and are left out: the others had more company."]);
});

it.each([
  [{ start_times: undefined }, 'bench.json: "start_times" is missing (record with vllm bench serve'],
  [{ itls: [[]] }, "bench.json: $.itls: has 1 entries, start_times 3"],
  [{ ttfts: ["x"] }, "bench.json: $.ttfts[0]"],
  [{ input_lens: [100, 1e15, 7] }, "bench.json: $.input_lens[1]: expected number to be <=2147483647"],
  [{ errors: ["a", "b", "c"] }, "no finished requests"],
])("what is no such result is refused: %j", (part, message) => {
  const given = Object.fromEntries(Object.entries({ ...bench, ...part }).filter(([, value]) => value !== undefined));
  expect(() => parseBenchResult(given, "bench.json")).toThrow(message);
});
