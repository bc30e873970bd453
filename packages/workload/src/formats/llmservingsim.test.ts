import { describe, expect, it } from "vitest";
import { parseWorkload } from "../workload-parser.js";

const read = (line: string) => parseWorkload(line, "requests.jsonl");

describe("LLMServingSim's JSONL", () => {
  it("gives prompt ids, then output ids", () => {
    const chunk = read(
      '{"input_toks":2,"output_toks":1,"arrival_time_ns":46926808,"input_tok_ids":[7,8],"output_tok_ids":[9]}',
    );
    expect([chunk.inputTokens[0], chunk.outputTokens[0], chunk.arrivalNs[0]]).toEqual([2, 1, 46926808]);
    expect([...(chunk.tokenIds ?? [])]).toEqual([7, 8, 9]);
  });

  it("may leave out the output ids, or all of them, or write null", () => {
    expect(read('{"input_toks":1,"output_toks":4,"arrival_time_ns":0,"input_tok_ids":[7]}').tokenIds?.length).toBe(1);
    expect(read('{"input_toks":1,"output_toks":4,"arrival_time_ns":0,"input_tok_ids":null}').tokenIds).toBeNull();
  });

  it("drops output ids without prompt ids, which say nothing about a prefix", () => {
    expect(read('{"input_toks":1,"output_toks":1,"arrival_time_ns":0,"output_tok_ids":[7]}').tokenIds).toBeNull();
  });

  it.each([
    [
      "a slip, with what was meant",
      '"input_tokens":5',
      /^requests\.jsonl:1: \$: unknown field "input_tokens" \(did you mean "input_toks"/,
    ],
    [
      "what is not simulated, with what is known",
      '"session":"a"',
      /unknown field "session" \(known: input_toks, output_toks/,
    ],
  ])("refuses a field that it does not read: %s", (_, field, message) => {
    expect(() => read(`{"input_toks":1,"output_toks":1,"arrival_time_ns":0,${field}}`)).toThrow(message);
    expect(() => read(`{"output_toks":1,"arrival_time_ns":0,${field}}`)).toThrow(message);
  });

  it("rounds arrivals to whole ns", () => {
    expect(read('{"input_toks":1,"output_toks":1,"arrival_time_ns":1.6e0}').arrivalNs[0]).toBe(2);
  });
});
