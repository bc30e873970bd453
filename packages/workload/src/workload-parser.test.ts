import { TandemError } from "@tandem-sim/schemas";
import { describe, expect, it } from "vitest";
import { createChunkBuilder, requestPlace } from "./request-chunk.js";
import { sortByArrival } from "./sort-by-arrival.js";
import { parseWorkload } from "./workload-parser.js";

const good = '{"input_toks":2,"output_toks":1,"arrival_time_ns":0}';
const header = "TIMESTAMP,ContextTokens,GeneratedTokens";
const noon = "2023-11-16 12:00:00";
const before = "2023-11-16 11:59:59";

describe("a workload text", () => {
  it("may have a byte order mark, CRLF, blank lines and no last newline", () => {
    expect(parseWorkload(`\ufeff\r\n${good}\r\n\r\n  \n${good}`, "a.jsonl").count).toBe(2);
    expect(parseWorkload(`\ufeff${header}\r\n\r\n${noon},5,6`, "a.csv").count).toBe(1);
  });

  it("is read up to the limit and no further", () => {
    expect(parseWorkload(`${good}\n${good}\nnot JSON`, "a.jsonl", { limit: 2 }).count).toBe(2);
    expect(parseWorkload(`${header}\n${noon},5,6\n${noon},5,6`, "a.csv", { limit: 1 }).count).toBe(1);
  });

  it("keeps the line of every request, blank ones and a header counted, through sorting by arrival", () => {
    const at = (ns: number): string => `{"input_toks":2,"output_toks":3,"arrival_time_ns":${ns}}`;
    const chunk = parseWorkload(`\n${at(9)}\n\n${at(5)}\n`, "a.jsonl");
    expect([...(chunk.lines ?? [])]).toEqual([2, 4]);
    expect(sortByArrival([chunk]).map((sorted) => requestPlace("a.jsonl", sorted, 0))).toEqual(["a.jsonl:4"]);
    expect([...(parseWorkload(`${header}\n${noon},5,6`, "trace.csv").lines ?? [])]).toEqual([2]);
  });

  it("of no file has no lines", () => {
    const builder = createChunkBuilder();
    builder.add(1, 1, 0);
    const chunk = builder.take();
    expect(chunk.lines).toBeNull();
    expect(requestPlace("made up", chunk, 0)).toBe("made up");
  });

  it("tells its format by name and first line, unless told", () => {
    const mooncake = '{"timestamp": 3, "input_length": 4, "output_length": 5}';
    expect(parseWorkload(mooncake, "a.jsonl").arrivalNs[0]).toBe(3e6);
    expect(parseWorkload(`${header}\n${noon},5,6`, "trace.txt").inputTokens[0]).toBe(5);
    expect(parseWorkload(good, "trace.txt").inputTokens[0]).toBe(2);
    expect(() => parseWorkload(mooncake, "a.jsonl", { format: "llmservingsim" })).toThrow('unknown field "timestamp"');
  });
});

const line = (fields: Record<string, unknown>) =>
  JSON.stringify({ input_toks: 2, output_toks: 1, arrival_time_ns: 0, ...fields });
const mooncake = (fields: Record<string, unknown>) =>
  JSON.stringify({ timestamp: 0, input_length: 600, output_length: 1, hash_ids: [1, 2], ...fields });

const whole = "expected a whole number of tokens, at least 1";

describe("a bad workload is an error that names file, line and field", () => {
  it.each([
    ["an empty file", "", "f.jsonl: no requests in this file"],
    ["only blank lines", "\n \r\n", "f.jsonl: no requests"],
    ["bad JSON", `${good}\n{"input_toks":`, "f.jsonl:2: not valid JSON"],
    ["bad JSON after a blank line", `${good}\n\n{]`, "f.jsonl:3: not valid JSON"],
    ["NaN", good.replace("0", "NaN"), "f.jsonl:1: not valid JSON"],
    ["an array", "[1]", "f.jsonl:1: $: "],
    ["null", "null", "f.jsonl:1: $: "],
    ["a missing field", '{"input_toks":2}', "f.jsonl:1: $.output_toks: missing, expected a whole number"],
    ["zero tokens", line({ input_toks: 0 }), `f.jsonl:1: $.input_toks: ${whole}, found 0`],
    ["negative tokens", line({ output_toks: -3 }), `f.jsonl:1: $.output_toks: ${whole}, found -3`],
    ["fractional tokens", line({ input_toks: 1.5 }), `f.jsonl:1: $.input_toks: ${whole}, found 1.5`],
    ["tokens as text", line({ input_toks: "2" }), `f.jsonl:1: $.input_toks: ${whole}, found "2"`],
    ["too many tokens", line({ input_toks: 2 ** 31 }), `f.jsonl:1: $.input_toks: ${whole}`],
    ["a negative arrival", line({ arrival_time_ns: -1 }), "f.jsonl:1: $.arrival_time_ns: expected a time in ns"],
    ["an infinite arrival", good.replace(":0}", ":1e999}"), "f.jsonl:1: $.arrival_time_ns: expected a time in ns"],
    ["an arrival beyond 2^53", line({ arrival_time_ns: 1e17 }), "f.jsonl:1: $.arrival_time_ns: expected a time"],
    ["too few ids", line({ input_tok_ids: [1] }), "f.jsonl:1: $.input_tok_ids: 1 ids for input_toks = 2"],
    ["too many ids", line({ output_tok_ids: [1, 2] }), "f.jsonl:1: $.output_tok_ids: 2 ids for output_toks = 1"],
    ["a negative id", line({ input_tok_ids: [1, -1] }), "f.jsonl:1: $.input_tok_ids[1]: expected a whole number"],
    ["an id beyond 2^31", line({ input_tok_ids: [1, 2 ** 31] }), "f.jsonl:1: $.input_tok_ids[1]: expected a whole"],
    ["an id as text", line({ input_tok_ids: ["a", 1] }), "f.jsonl:1: $.input_tok_ids[0]: expected a whole number"],
    ["ids as text", line({ input_tok_ids: "12" }), "f.jsonl:1: $.input_tok_ids: expected a list of ids"],
    ["Mooncake without a timestamp", mooncake({ timestamp: undefined }), "f.jsonl:1: $.timestamp: missing, expected"],
    ["Mooncake without output", mooncake({ output_length: 0 }), `f.jsonl:1: $.output_length: ${whole}, found 0`],
    ["too many hash ids", mooncake({ hash_ids: [1, 2, 3] }), "$.hash_ids: 3 hash ids for input_length = 600"],
    ["a fractional hash id", mooncake({ hash_ids: [1, 2.5] }), "f.jsonl:1: $.hash_ids[1]: expected a whole number"],
  ])("JSONL: %s", (_what, text, message) => {
    expect(() => parseWorkload(text, "f.jsonl")).toThrow(TandemError);
    expect(() => parseWorkload(text, "f.jsonl")).toThrow(message);
  });

  it.each([
    ["only a header", header, "f.csv: no requests"],
    ["a missing column", "TIMESTAMP,ContextTokens\n", "f.csv:1: no column GeneratedTokens"],
    [
      "a misspelt column",
      "TIMESTAMP,ContextToken,GeneratedTokens\n",
      'no column ContextTokens (is it "ContextToken"?)',
    ],
    ["a day that is not", `${header}\n2023-02-30 12:00:00,5,6`, "f.csv:2: TIMESTAMP: expected a time"],
    ["no timestamp", `${header}\n,5,6`, "f.csv:2: TIMESTAMP: expected a time"],
    [
      "a row before the first",
      `${header}\n${noon},5,6\n${before},5,6`,
      "f.csv:3: TIMESTAMP: expected a time at or after",
    ],
    [
      "a row a year later",
      `${header}\n${noon},5,6\n2024-11-16 12:00:00,5,6`,
      "f.csv:3: TIMESTAMP: expected a time within",
    ],
    ["a short row", `${header}\n${noon},5`, `f.csv:2: GeneratedTokens: ${whole}, found nothing`],
    ["zero generated tokens", `${header}\n${noon},5,0`, `f.csv:2: GeneratedTokens: ${whole}, found "0"`],
    ["fractional context", `${header}\n${noon},5.5,1`, `f.csv:2: ContextTokens: ${whole}, found "5.5"`],
  ])("CSV: %s", (_what, text, message) => {
    expect(() => parseWorkload(text, "f.csv")).toThrow(TandemError);
    expect(() => parseWorkload(text, "f.csv")).toThrow(message);
  });

  it("a file of no known format is refused, and so is an unknown --format, with a suggestion", () => {
    expect(() => parseWorkload("hello", "f.txt")).toThrow("f.txt:1: cannot tell the workload format");
    expect(() => parseWorkload(good, "f.jsonl", { format: "mooncak" })).toThrow('did you mean "mooncake"?');
  });
});
