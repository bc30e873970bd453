import { describe, expect, it } from "vitest";
import { blockHashChain } from "../block-hashes.js";
import { requestAt, requestsOf } from "../request-chunk.js";
import { parseWorkload } from "../workload-parser.js";

const request = (inputLength: number, hashIds: number[], timestamp = 0) =>
  JSON.stringify({ timestamp, input_length: inputLength, output_length: 9, hash_ids: hashIds });

const read = (...lines: string[]) => parseWorkload(lines.join("\n"), "trace.jsonl");

function chains(...lines: string[]): Float64Array[] {
  const chunk = read(...lines);
  return [...requestsOf(chunk)].map(({ ids }) => blockHashChain(ids, 0, ids.length, 16));
}

describe("a Mooncake trace", () => {
  it("has arrivals in ms", () => {
    expect(read(request(5, [1], 27_482)).arrivalNs[0]).toBe(27_482_000_000);
  });

  it("gives ids to the whole prompt, the last, partial block included, and none to the output", () => {
    const { ids } = requestAt(read(request(1000, [3, 4])), 0);
    expect(ids.length).toBe(1000);
    expect(ids.every((id) => id >= 0 && id < 128_000)).toBe(true);
  });

  it("shares KV blocks exactly as far as hash ids are equal", () => {
    const [a, b, c] = chains(request(1500, [0, 1, 2]), request(1600, [0, 1, 3, 4]), request(1024, [5, 1]));
    const shared = (x?: Float64Array, y?: Float64Array) => x?.findIndex((hash, k) => hash !== y?.[k]);
    expect(shared(a, b)).toBe(1024 / 16);
    expect(shared(a, c)).toBe(0);
  });

  it("refuses a field that it does not read", () => {
    const line = '{"timestamp":0,"input_length":600,"output_length":9,"hash_id":[1,2]}';
    expect(() => read(line)).toThrow(/^trace\.jsonl:1: \$: unknown field "hash_id" \(did you mean "hash_ids"/);
  });

  it("needs no hash ids", () => {
    const chunk = read('{"timestamp":0,"input_length":600,"output_length":9}');
    expect(requestAt(chunk, 0).ids.length).toBe(0);
  });
});
