import { describe, expect, it } from "vitest";
import { parseLoad, parseRequests } from "./recorded-run.js";

const line = (fields: Record<string, unknown> = {}) =>
  JSON.stringify({
    request_id: "bench-0",
    input_toks: 3,
    output_toks: 2,
    arrival_time: 1000.5,
    queued_ts: 5,
    first_token_ts: 6,
    last_token_ts: 7,
    ...fields,
  });

describe("requests.jsonl", () => {
  it("is put in order of the numbers in request_id", () => {
    const text = [10, 2, 0].map((n) => line({ request_id: `bench-${n}` })).join("\n");
    expect(parseRequests(text, "r").map(({ index }) => index)).toEqual([0, 2, 10]);
  });

  it("is numbered by line where the ids have no numbers", () => {
    const text = ["b", "a"].map((id) => line({ request_id: id })).join("\n\n");
    expect(parseRequests(text, "r").map((request) => [request.request_id, request.index])).toEqual([
      ["b", 0],
      ["a", 1],
    ]);
  });

  it.each([
    ["{", "r:2: not valid JSON"],
    [line({ request_id: "x-1", output_toks: 0 }), "r:2: $.output_toks"],
    [line({ request_id: "x-1", queued_ts: "5" }), "r:2: $.queued_ts"],
    [line({ request_id: "x-1", first_token_ts: 4 }), "r:2: $.first_token_ts: is earlier than queued_ts"],
    [line({ request_id: "x-1", last_token_ts: 5.5 }), "r:2: $.last_token_ts: is earlier than first_token_ts"],
    [line(), "r:2: $.request_id: request 0 is on line 1 already"],
  ])("with the second line %s: the error names the line", (second, message) => {
    expect(() => parseRequests(`${line()}\n${second}\n`, "r")).toThrow(message);
  });

  it("without requests is an error", () => {
    expect(() => parseRequests("\n", "r")).toThrow("r: no requests");
  });
});

describe("timeseries.csv", () => {
  it("is read by the names of its columns", () => {
    const text = "t,prompt_throughput,waiting,running\r\n1.0,9,2,5\r\n2.0,9,0,7\r\n";
    expect(parseLoad(text, "t.csv")).toEqual([
      { s: 1, running: 5, waiting: 2 },
      { s: 2, running: 7, waiting: 0 },
    ]);
  });

  it.each([
    ["t,running\n1,2\n", 't.csv:1: column "waiting" is missing'],
    ["t,running,waiting\n1,2,x\n", 't.csv:2: waiting: expected a number, found "x"'],
    ["t,running,waiting\n1,2\n", "t.csv:2: expected 3 cells, found 2"],
    ["t,running,waiting\n1,2,\n", 't.csv:2: waiting: expected a number, found ""'],
  ])("%j is refused, with the place", (text, message) => {
    expect(() => parseLoad(text, "t.csv")).toThrow(message);
  });
});
